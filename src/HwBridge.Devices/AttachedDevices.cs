using HwBridge.Core.Faults;
using HwBridge.Protocols.Ledger;
using HwBridge.Transports.Hidraw;

namespace HwBridge.Devices;

/// <summary>Finds the wallets that are plugged in.</summary>
public sealed class AttachedDevices(HidrawBus bus)
{
    /// <summary>Those of the running system.</summary>
    public static AttachedDevices OfSystem { get; } = new(HidrawBus.OfSystem);

    /// <summary>Every wallet, in the order of the nodes' numbers.</summary>
    public IReadOnlyList<AttachedDevice> List() =>
        [.. bus.List().Where(IsLedger).Select(node => new AttachedDevice(
            new DeviceUri($"{DeviceUri.HidScheme}{node.Path}", null, DeviceRoute.Hid),
            "ledger",
            LedgerUsb.ModelName(node.ProductId),
            node))];

    /// <summary>The wallet that a URI without a socket names.</summary>
    /// <exception cref="FaultException">
    /// <see cref="Fault.DeviceNotFound"/>: there is none; <see cref="Fault.Usage"/>: several fit; <see cref="Fault.Unsupported"/>: what is there is
    /// no wallet that this version reaches.
    /// </exception>
    public AttachedDevice Find(DeviceUri uri)
    {
        if (uri.Route == DeviceRoute.Hid)
        {
            return At(uri);
        }

        AttachedDevice[] fitting = [.. List().Where(device => device.Maker == uri.Maker)];
        return fitting.Length switch
        {
            1 => fitting[0],
            0 => throw NotAttached(),
            _ => throw new FaultException(
                Fault.Usage,
                $"{fitting.Length} Ledgers are attached: {string.Join(", ", fitting.Select(Describe))}",
                $"Name one of them: --device {fitting[0].Uri.Text}"),
        };
    }

    /// <summary>The same device after it left the bus, as a Ledger does when its app changes: same place, same model.</summary>
    /// <exception cref="FaultException"><see cref="Fault.DeviceNotFound"/>: it is not there (yet), or nobody can tell which one it is.</exception>
    public AttachedDevice FindAgain(AttachedDevice device)
    {
        AttachedDevice[] fitting =
        [
            .. List().Where(other => other.Maker == device.Maker && other.Model == device.Model && other.Node.Port == device.Node.Port),
        ];
        return fitting.Length == 1
            ? fitting[0]
            : throw new FaultException(
                Fault.DeviceNotFound,
                $"{device.Uri.Text} went away and did not come back where it was",
                "Plug it in again, unlock it, then run the command again.");
    }

    private static bool IsLedger(HidrawNode node) =>
        node.VendorId == LedgerUsb.VendorId
        && (node.UsagePage is { } page ? page == LedgerUsb.UsagePage : node.Interface == LedgerUsb.Interface);

    private static string Describe(AttachedDevice device) => $"{device.Uri.Text} ({device.Model ?? device.Node.Name})";

    private static FaultException NotAttached() => new(
        Fault.DeviceNotFound,
        "no Ledger is attached",
        "Plug it in with a cable that carries data, and unlock it; 'hwbridge devices' lists what is there.");

    /// <summary>A rule of udev may have given a node a second name.</summary>
    private static string Target(string path)
    {
        try
        {
            return File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        }
        catch (Exception unresolved) when (unresolved is IOException or UnauthorizedAccessException)
        {
            // Nothing is there, or links lead in a circle: no device has that path, which is what is said then.
            return path;
        }
    }

    private AttachedDevice At(DeviceUri uri)
    {
        string node = Target(Path.GetFullPath(uri.Text[DeviceUri.HidScheme.Length..]));
        if (List().FirstOrDefault(device => device.Node.Path == node) is { } found)
        {
            return found with { Uri = uri };
        }

        throw bus.List().FirstOrDefault(other => other.Path == node) is { } stranger
            ? new FaultException(
                Fault.Unsupported,
                $"{uri.Text} is \"{stranger.Name}\" ({stranger.VendorId:x4}:{stranger.ProductId:x4}), which is no Ledger, or not the interface that "
                + "carries its commands",
                "'hwbridge devices' lists what is there.")
            : new FaultException(
                Fault.DeviceNotFound,
                $"{uri.Text}: no HID device has this node",
                "Plug it in and unlock it; 'hwbridge devices' lists what is there.");
    }
}
