using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.People;
using HwBridge.Devices;
using HwBridge.Transports;
using HwBridge.Transports.Hidraw;
using HwBridge.Transports.Linux;

namespace HwBridge.Cli.Doctor;

/// <summary>Looks at everything between this program and an attached wallet, from the kernel to what its screen shows.</summary>
/// <param name="root">The root of the file system.</param>
/// <param name="attached">The wallets that are plugged in.</param>
/// <param name="person">Who looks at the device; nothing comes on its screen.</param>
internal sealed class Examination(string root, AttachedDevices attached, IPerson person)
{
    private readonly AccountNames _names = new(root);
    private readonly UdevRules _rules = new(root);

    private bool IsContainer => File.Exists(Path.Combine(root, ".dockerenv")) || File.Exists(Path.Combine(root, "run/.containerenv"));

    private bool IsWsl => Read("proc/sys/kernel/osrelease").Contains("microsoft", StringComparison.OrdinalIgnoreCase);

    private bool HasSeat => Directory.Exists(Path.Combine(root, "run/systemd/seats"))
        && Directory.EnumerateFiles(Path.Combine(root, "run/systemd/seats")).Any();

    /// <summary>Everything that was looked at, in the order from the machine to the app.</summary>
    internal async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellationToken)
    {
        List<Finding> findings = [];
        if (Environment.IsPrivilegedProcess)
        {
            findings.Add(Finding.Warning(
                "user", "this runs as root, who may open every device: it says nothing of what you may", "Run it as yourself: hwbridge doctor"));
        }

        IReadOnlyList<AttachedDevice> devices = attached.List();
        if (devices.Count == 0)
        {
            findings.Add(NoDevice());
            findings.Add(_rules.Examine("a Ledger", UdevRules.LedgerId));
            findings.Add(_rules.Examine("a Trezor", UdevRules.TrezorId));
        }

        foreach (AttachedDevice device in devices)
        {
            await ExamineAsync(device, findings, cancellationToken).ConfigureAwait(false);
        }

        return findings;
    }

    private Finding NoDevice() => IsWsl
        ? Finding.Problem(
            "system",
            "no Ledger or Trezor is attached to this Linux, which runs inside Windows (WSL): Windows keeps USB devices to itself until they are handed over",
            "In Windows, as administrator: usbipd list; usbipd bind --busid ID; usbipd attach --wsl --busid ID")
        : Finding.Problem(
            "device", "no Ledger or Trezor is attached", "Plug it in with a cable that carries data, and unlock it; then run this again");

    private async Task ExamineAsync(AttachedDevice device, List<Finding> findings, CancellationToken cancellationToken)
    {
        DeviceNode node = device.Node;
        string uri = device.Uri.Text;
        findings.Add(Finding.Ok("device", $"{uri} is a {device.Name} ({node.VendorId:x4}:{node.ProductId:x4})"));
        if (device.IsBootloader)
        {
            findings.Add(Bootloader(device));
            return;
        }

        if (NodeAccess.Of(node.Path) is not { } access)
        {
            findings.Add(IsContainer
                ? Finding.Problem(
                    "node", $"the kernel has {node.Path}, this container has not", $"Start the container with --device={node.Path}")
                : Finding.Problem("node", $"{node.Path} is missing although the kernel has the device", "sudo udevadm trigger --action=add"));
            return;
        }

        string allowed = Describe(access);
        try
        {
            await DeviceConnector.Connect(device).DisposeAsync().ConfigureAwait(false);
            findings.Add(Finding.Ok("node", $"{node.Path} can be opened ({allowed})"));
        }
        catch (FaultException fault) when (fault.Fault == Fault.DevicePermission)
        {
            Refused(device, access, allowed, findings);
            return;
        }
        catch (FaultException fault)
        {
            string check = fault.Fault switch
            {
                Fault.DeviceBusy => "program",
                Fault.Unsupported => "library",
                _ => "node",
            };
            findings.Add(Finding.Problem(check, fault.Message, fault.Remedy));
            return;
        }

        (KeyStoreInfo info, string? holder) = await DeviceConnector.DescribeAsync(device, person, cancellationToken).ConfigureAwait(false);
        findings.Add(holder is null ? State(device, info) : Finding.Problem(
            "program", $"{holder} has {uri} open: its exchanges and ours would mix", "Close that program, then run this again"));
    }

    private void Refused(AttachedDevice device, NodeAccess access, string allowed, List<Finding> findings)
    {
        DeviceNode node = device.Node;
        string subsystem = node is HidrawNode ? "hidraw" : "usb";
        Finding rules = _rules.Examine($"a {device.Name}", device.Maker == "ledger" ? UdevRules.LedgerId : $"{node.ProductId:x4}");
        bool isGroups = (access.Mode & (UnixFileMode.GroupRead | UnixFileMode.GroupWrite)) == (UnixFileMode.GroupRead | UnixFileMode.GroupWrite)
            && access.Group != 0;
        string group = _names.Group(access.Group);
        string remedy = (rules.Status, isGroups) switch
        {
            (_, true) => $"sudo usermod -aG {group} {Environment.UserName}, then log out and in again",
            (FindingStatus.Problem, _) => rules.Remedy!,
            _ => $"Unplug it and plug it in again, or: sudo udevadm trigger --subsystem-match={subsystem} --action=add",
        };
        findings.Add(Finding.Problem("node", $"the system does not let {Environment.UserName} open {node.Path} ({allowed})", remedy));
        findings.Add(rules);
        if (!HasSeat)
        {
            findings.Add(Finding.Warning(
                "seat",
                "nobody sits at this computer (no seat), so that rules with uaccess let nobody in",
                isGroups ? $"Join the group {group}, as above" : "Use the group that the rules of hwbridge doctor --install-udev name"));
        }
    }

    private static Finding Bootloader(AttachedDevice device) => Finding.Problem(
        "app", $"the {device.Name} runs its bootloader", "Unplug it, and plug it in again without touching it");

    private static Finding State(AttachedDevice device, KeyStoreInfo info) => info.State switch
    {
        KeyStoreState.Bootloader => Bootloader(device),
        KeyStoreState.Ready when device.Maker == "trezor" => Finding.Ok("app", $"the Trezor {info.Model} with firmware {info.Firmware} is ready"),
        KeyStoreState.Unknown when device.Maker == "trezor" && info.Firmware is not null => Finding.Problem(
            "app", $"the Trezor {info.Model} holds no seed", "Set it up, or restore its seed, with its maker's software"),
        KeyStoreState.Ready => Finding.Ok("app", $"{info.App?.Name} {info.App?.Version} is open"),
        KeyStoreState.Locked => Finding.Problem("app", $"the {device.MakerName} is locked", "Enter its PIN on it"),
        KeyStoreState.WrongApp => Finding.Problem(
            "app", $"{info.App?.Name ?? "another app"} is open on the Ledger", "Open the Ethereum app on it"),
        _ => Finding.Problem(
            "app", $"the {device.Name} can be opened, but did not answer", "Close other programs that use it, unplug it and plug it in again"),
    };

    private string Describe(NodeAccess access)
    {
        string list = string.Concat(access.Users.Select(user => $", {_names.User(user)} by its list")
            .Concat(access.Groups.Select(group => $", the group {_names.Group(group)} by its list")));
        string mode = Convert.ToString((int)access.Mode, 8).PadLeft(4, '0');
        return $"mode {mode}, owner {_names.User(access.Owner)}, group {_names.Group(access.Group)}{list}";
    }

    private string Read(string file)
    {
        string path = Path.Combine(root, file);
        return File.Exists(path) ? File.ReadAllText(path) : string.Empty;
    }
}
