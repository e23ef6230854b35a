using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Secrets;
using HwBridge.Devices;
using HwBridge.Devices.Trezor;
using HwBridge.Emulators.Ledger;
using HwBridge.Emulators.Screens;
using HwBridge.Emulators.Seeds;
using HwBridge.Emulators.Trezor;
using HwBridge.Emulators.Usb;
using HwBridge.Protocols.Ledger;
using HwBridge.Transports;
using HwBridge.Transports.Hidraw;
using HwBridge.Transports.Usb;

namespace HwBridge.UsbVm.Guest;

/// <summary>The published hwbridge and software Trezors, joined by this kernel's USB stack.</summary>
internal sealed class TrezorCases(string program) : GuestCases(program)
{
    private const string Words = "all all all all all all all all all all all all";
    private const string FirstKey = "0x87d5e9cc30b75468237cc84629f1d55bb5651303d0b88bd11e66af06d0e2e4ca50feb96d2847078ec7ef04563dd5f73d";
    private const string Address = "0x73d0385F4d8E00C5e6504C6030F47BF6212736A8";
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly List<IAsyncDisposable> _plugged = [];

    /// <summary>Has the software device's code compiled: the first answer takes longer than a host waits for it.</summary>
    internal static async Task WarmUpAsync()
    {
        using Bip39Mnemonic mnemonic = Bip39Mnemonic.Parse(Words);
        SoftwareTrezor device = new(new SoftwareTrezorOptions { Mnemonic = mnemonic }, new PolicyScreen(approve: true));
        await using (device.ConfigureAwait(false))
        {
            for (int i = 0; i < 2; i++)
            {
                try
                {
                    await using TrezorKeyStore store =
                        await TrezorKeyStore.OpenAsync(device.Connect(), new SilentPerson(), new TrezorOptions(), None).ConfigureAwait(false);
                    Assert.That(store.TryGet(out ISealing? sealing), Is.True);
                    await sealing!.GetPublicKeyAsync(confirm: false, None).ConfigureAwait(false);
                }
                catch (FaultException late) when (i == 0)
                {
                    await Console.Out.WriteLineAsync($"the first time: {late.Message}").ConfigureAwait(false);
                }
            }
        }
    }

    public async Task Devices_EachState_IsSaid()
    {
        UsbNode node = await PlugAsync().ConfigureAwait(false);
        JsonElement listed = (await HwBridgeAsync("devices").ConfigureAwait(false)).Expect(0).Json;
        Assert.That(listed.GetArrayLength(), Is.EqualTo(1));
        Assert.That(Text(listed[0], "uri", "maker", "model", "state"), Is.EqualTo($"usb:{node.Port} trezor Model T ready"));
        await UnplugAsync().ConfigureAwait(false);

        await PlugAsync(flavour: TrezorFlavour.Legacy, pin: "1234").ConfigureAwait(false);
        listed = (await HwBridgeAsync("devices").ConfigureAwait(false)).Expect(0).Json;
        Assert.That(Text(listed[0], "model", "state"), Is.EqualTo("Model One locked"));
        await DoctorAsync(1, "app", "the Trezor is locked").ConfigureAwait(false);
        await UnplugAsync().ConfigureAwait(false);

        await PlugAsync(UsbDescription.TrezorBootloader(TrezorFlavour.Legacy)).ConfigureAwait(false);
        listed = (await HwBridgeAsync("devices").ConfigureAwait(false)).Expect(0).Json;
        Assert.That(Text(listed[0], "model", "state"), Is.EqualTo("Model One bootloader"));
        (await HwBridgeAsync("pubkeys", "--device", "trezor").ConfigureAwait(false)).ExpectFault(5, "unsupported", "runs its bootloader");
        await DoctorAsync(1, "app", "runs its bootloader").ConfigureAwait(false);
    }

    public async Task NoDevice_Trezor_IsNotFound() =>
        (await ProgramAsync("pubkeys", "--device", "trezor").ConfigureAwait(false)).ExpectFault(3, "deviceNotFound", "no Trezor is attached");

    public async Task Backup_CreatedOpenedAndChecked_IsWhole()
    {
        UsbNode node = await PlugAsync().ConfigureAwait(false);
        JsonElement keys = (await ProgramAsync("pubkeys", "--device", "trezor", "--index", "0-1").ConfigureAwait(false)).Expect(0).Json;
        Assert.That(Text(keys[0], "pubkey"), Is.EqualTo(FirstKey));
        string backup = await CreateBackupAsync("trezor").ConfigureAwait(false);
        Outcome check =
            await HwBridgeAsync("check", "--device", $"usb:{node.Port}", "--expect", FirstKeystore, "--backup", backup).ConfigureAwait(false);
        Assert.That(Text(check.Expect(0).Json, "result"), Is.EqualTo("match"));
        string restored = Path.Combine(Folder, "restored");
        (await HwBridgeAsync("backup", "open", "--backup", backup, "--device", "trezor", "--out", restored, "--password-file", PasswordFile(), "--kdf", "pbkdf2")
            .ConfigureAwait(false)).Expect(0);
        Assert.That(Directory.GetFiles(restored, "keystore*"), Has.Length.EqualTo(1));
    }

    public async Task HidModelOne_WithAndWithoutReportNumbers_Works()
    {
        foreach (bool isNumbered in (bool[])[false, true])
        {
            HidrawNode node = await PlugHidAsync(UsbDescription.HidModelOne(isNumbered)).ConfigureAwait(false);
            Assert.That(node.IsNumbered, Is.EqualTo(isNumbered));
            JsonElement keys = (await HwBridgeAsync("pubkeys", "--device", isNumbered ? $"hid:{node.Path}" : "trezor").ConfigureAwait(false)).Expect(0).Json;
            Assert.That(Text(keys[0], "pubkey"), Is.EqualTo(FirstKey));
            await UnplugAsync().ConfigureAwait(false);
        }
    }

    public async Task Permission_OtherUser_IsNamedAndMendedByTheRules()
    {
        // Without the rules that Debian's own package of the maker's tool may have brought.
        await ToolAsync("sh", "-c", "mkdir -p /etc/udev/rules.d && rm -f /etc/udev/rules.d/60-hwbridge.rules && ln -sf /dev/null /etc/udev/rules.d/60-trezor.rules")
            .ConfigureAwait(false);
        using Process udev = Process.Start(new ProcessStartInfo("bash", ["-c", "exec -a systemd-udevd udevadm"]))!;
        try
        {
            await EventuallyAsync(() => File.Exists("/run/udev/control"), "udev").ConfigureAwait(false);
            UsbNode node = await PlugAsync().ConfigureAwait(false);
            (await NobodyAsync("pubkeys", "--device", "trezor").ConfigureAwait(false))
                .ExpectFault(3, "devicePermission", $"the system does not let nobody open {node.Path}");
            Outcome before = await NobodyAsync("doctor").ConfigureAwait(false);
            Finding(before.Expect(1), "node", $"the system does not let nobody open {node.Path} (mode 06", "sudo hwbridge doctor --install-udev");

            Outcome installed = await RunAsync(["env", "SUDO_USER=nobody"], ["doctor", "--install-udev", "--yes"]).ConfigureAwait(false);
            Finding(installed.Expect(1), "node", "(mode 0660, owner root, group plugdev)", "sudo usermod -aG plugdev nobody");
            string[] member = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--groups=plugdev", "--"];
            Finding((await RunAsync(member, ["doctor"]).ConfigureAwait(false)).Expect(0), "node", "can be opened", null);
            JsonElement keys = (await RunAsync(member, ["pubkeys", "--device", "trezor"]).ConfigureAwait(false)).Expect(0).Json;
            Assert.That(Text(keys[0], "pubkey"), Is.EqualTo(FirstKey));
        }
        finally
        {
            udev.Kill();
            await udev.WaitForExitAsync().ConfigureAwait(false);
        }
    }

    public async Task Library_Missing_IsNamedWithTheCommandThatInstallsIt()
    {
        await PlugAsync().ConfigureAwait(false);
        string library = Directory.GetDirectories("/usr/lib", "*-linux-gnu").Select(folder => Path.Combine(folder, "libusb-1.0.so.0")).Single(File.Exists);
        string[] without = ["unshare", "--mount", "sh", "-c", $"mount --bind /dev/null {library} && exec \"$@\"", "sh"];
        (await RunAsync(without, ["pubkeys", "--device", "trezor"]).ConfigureAwait(false)).ExpectFault(5, "unsupported", "sudo apt install libusb-1.0-0");
        Finding((await RunAsync(without, ["doctor"]).ConfigureAwait(false)).Expect(1), "library", "libusb-1.0 is not installed", "sudo apt install libusb-1.0-0");
    }

    public async Task SecondProgram_DuringAQuestion_IsToldWhoHasIt()
    {
        ScriptedScreen screen = new();
        UsbNode node = await PlugAsync(screen: screen).ConfigureAwait(false);
        using Process first = Start("pubkeys", "--device", "trezor");
        await screen.WaitForReviewAsync(new CancellationTokenSource(TimeSpan.FromSeconds(90)).Token).ConfigureAwait(false);
        string holder = $"hwbridge (process {first.Id})";
        (await HwBridgeAsync("pubkeys", "--device", "trezor").ConfigureAwait(false)).ExpectFault(5, "deviceBusy", holder);
        Outcome listing = await HwBridgeAsync("devices").ConfigureAwait(false);
        Assert.That(Text(listing.Expect(0).Json[0], "uri", "state"), Is.EqualTo($"usb:{node.Port} unknown"));
        Assert.That(listing.Error, Does.Contain(holder));
        await DoctorAsync(1, "program", holder).ConfigureAwait(false);
        screen.Answer(true);
        Outcome done = await EndAsync(first, "pubkeys", Stopwatch.GetTimestamp()).ConfigureAwait(false);
        Assert.That(Text(done.Expect(0).Json[0], "pubkey"), Is.EqualTo(FirstKey));
    }

    public async Task Waiting_ForAPersonAtALedgerAndATrezor_UsesNoProcessor()
    {
        ScriptedScreen screen = new();
        await PlugAsync(screen: screen).ConfigureAwait(false);
        ScriptedScreen ledgers = new();
        await PlugLedgerAsync(LedgerModel.Flex, overUsb: false, ledgers).ConfigureAwait(false);
        using Process trezor = Start("pubkeys", "--device", "trezor");
        using Process ledger = Start("pubkeys", "--device", "ledger", "--confirm");
        using CancellationTokenSource late = new(TimeSpan.FromSeconds(90));
        await screen.WaitForReviewAsync(late.Token).ConfigureAwait(false);
        await ledgers.WaitForReviewAsync(late.Token).ConfigureAwait(false);
        TimeSpan span = TimeSpan.FromSeconds(30);
        TimeSpan[] before = [await RestAsync(trezor).ConfigureAwait(false), await RestAsync(ledger).ConfigureAwait(false)];
        await Task.Delay(span).ConfigureAwait(false);
        Process[] waiting = [trezor, ledger];
        double[] shares = [.. waiting.Select((process, i) =>
        {
            process.Refresh();
            return (process.TotalProcessorTime - before[i]) / span * 100;
        })];
        screen.Answer(true);
        ledgers.Answer(true);
        (await EndAsync(trezor, "pubkeys", Stopwatch.GetTimestamp()).ConfigureAwait(false)).Expect(0);
        (await EndAsync(ledger, "pubkeys --confirm", Stopwatch.GetTimestamp()).ConfigureAwait(false)).Expect(0);
        Assert.That(shares, Has.All.LessThan(0.5));
        Measured.Add($"Trezor {shares[0]:0.00} %, Ledger {shares[1]:0.00} % of a processor over {span.TotalSeconds:0} s");
    }

    public async Task Cancelled_DuringAQuestion_TheDeviceIsFreeAgain()
    {
        ScriptedScreen screen = new();
        await PlugAsync(screen: screen).ConfigureAwait(false);
        using Process first = Start("pubkeys", "--device", "trezor");
        await screen.WaitForReviewAsync(new CancellationTokenSource(TimeSpan.FromSeconds(90)).Token).ConfigureAwait(false);
        await ToolAsync("kill", "-INT", first.Id.ToString(CultureInfo.InvariantCulture)).ConfigureAwait(false);
        (await EndAsync(first, "pubkeys", Stopwatch.GetTimestamp()).ConfigureAwait(false)).Expect(130);
        screen.Answer(true);
        JsonElement keys = (await HwBridgeAsync("pubkeys", "--device", "trezor").ConfigureAwait(false)).Expect(0).Json;
        Assert.That(Text(keys[0], "pubkey"), Is.EqualTo(FirstKey));
    }

    public async Task TwoLedgersAndTwoTrezors_AreToldApart()
    {
        UsbNode trezor = await PlugAsync().ConfigureAwait(false);
        HidrawNode one = await PlugLedgerAsync(LedgerModel.NanoX, overUsb: true).ConfigureAwait(false);
        HidrawNode two = await PlugLedgerAsync(LedgerModel.Flex, overUsb: false).ConfigureAwait(false);
        Assert.That((await HwBridgeAsync("devices").ConfigureAwait(false)).Expect(0).Json.EnumerateArray().Select(row => Text(row, "uri", "state")), Is.EquivalentTo(
            new[] { $"hid:{one.Path} ready", $"hid:{two.Path} ready", $"usb:{trezor.Port} ready" }));
        (await HwBridgeAsync("pubkeys", "--device", "ledger").ConfigureAwait(false)).ExpectFault(2, "usage", "2 Ledgers are attached");
        JsonElement keys = (await HwBridgeAsync("pubkeys", "--device", "trezor").ConfigureAwait(false)).Expect(0).Json;
        Assert.That(Text(keys[0], "pubkey"), Is.EqualTo(FirstKey));
        (await HwBridgeAsync("recipient", "--device", $"hid:{one.Path}").ConfigureAwait(false)).Expect(0);

        UsbNode other = await PlugAsync(flavour: TrezorFlavour.Legacy).ConfigureAwait(false);
        (await HwBridgeAsync("recipient", "--device", "trezor").ConfigureAwait(false))
            .ExpectFault(2, "usage", $"2 Trezors are attached: usb:{trezor.Port} (TREZOR), usb:{other.Port} (Model One)");
        (await HwBridgeAsync("recipient", "--device", $"usb:{other.Port}").ConfigureAwait(false)).Expect(0);
    }

    public async Task Unplug_InPlaceOfAPacket_IsSaidAtOnceAndLeavesNothing()
    {
        await PlugAsync().ConfigureAwait(false);
        string backup = await CreateBackupAsync("trezor").ConfigureAwait(false);
        await UnplugAsync().ConfigureAwait(false);
        string left = Path.Combine(Folder, "left");
        string[][] commands =
        [
            ["pubkeys", "--device", "trezor"],
            ["recipient", "--device", "trezor", "--confirm"],
            ["backup", "open", "--backup", backup, "--device", "trezor", "--out", Path.Combine(left, "out"), "--password-file", PasswordFile(), "--kdf", "pbkdf2"],
        ];
        int points = 0;
        double slowest = 0;
        foreach (string[] command in commands)
        {
            Directory.CreateDirectory(left);
            (Outcome whole, int packets) = await CutAsync(command, null).ConfigureAwait(false);
            whole.Expect(0);
            Directory.Delete(left, recursive: true);
            Directory.CreateDirectory(left);

            // The first packet, the last one, and one between.
            foreach (int at in (int[])[0, packets / 2, packets - 1])
            {
                (Outcome cut, _) = await CutAsync(command, at).ConfigureAwait(false);
                cut.ExpectFault(3, "deviceNotFound", "went away");
                Assert.That(Directory.EnumerateFileSystemEntries(left), Is.Empty, $"{cut} cut at packet {at}");
                points++;
                slowest = Math.Max(slowest, cut.Seconds);
            }

            Directory.Delete(left, recursive: true);
        }

        Assert.That(points, Is.EqualTo(9));
        Measured.Add($"{points} points in {commands.Length} commands, each said within {slowest:0.0} s");
    }

    public async Task Exchanges_AThousandAndTwentyConnections_LeaveNoHandle()
    {
        await PlugAsync().ConfigureAwait(false);
        DeviceUri uri = DeviceUri.Parse("trezor");
        await ExchangeAsync(2).ConfigureAwait(false);
        int before = Handles();
        long begun = Stopwatch.GetTimestamp();

        // Each is Initialize and GetPublicKey.
        await ExchangeAsync(500).ConfigureAwait(false);
        double each = Stopwatch.GetElapsedTime(begun).TotalMilliseconds / 1000;
        for (int i = 0; i < 20; i++)
        {
            await ExchangeAsync(1).ConfigureAwait(false);
        }

        // One left by each connection, or exchange, would be more; the runtime itself opens a few meanwhile.
        int after = Handles();
        Assert.That(after, Is.LessThan(before + 10));
        Measured.Add($"{each:0.00} ms an exchange with the device's own work, {before} handles before, {after} after");

        async Task ExchangeAsync(int count)
        {
            await using IKeyStore store =
                await DeviceConnector.OpenAsync(uri, new ConnectOptions(), new SilentPerson(), None).ConfigureAwait(false);
            Assert.That(store.TryGet(out ISealing? sealing), Is.True);
            for (int i = 0; i < count; i++)
            {
                await sealing!.GetPublicKeyAsync(confirm: false, None).ConfigureAwait(false);
            }
        }
    }

    public async Task Emulator_Usbip_IsATrezorForAnyProgram()
    {
        using Process emulator = Start("emulator", "trezor", "--usbip");
        try
        {
            await EventuallyAsync(() => IsListening(UsbipServer.DefaultPort), "the emulator's port").ConfigureAwait(false);
            await ToolAsync("usbip", "attach", "-r", "127.0.0.1", "-b", UsbipServer.BusId).ConfigureAwait(false);
            await EventuallyAsync(() => AttachedDevices.OfSystem.List().Any(device => File.Exists(device.Node.Path)), "the emulator's node").ConfigureAwait(false);
            JsonElement keys = (await HwBridgeAsync("pubkeys", "--device", "trezor").ConfigureAwait(false)).Expect(0).Json;
            Assert.That(Text(keys[0], "pubkey"), Is.EqualTo(FirstKey));
        }
        finally
        {
            await ToolAsync("kill", "-INT", emulator.Id.ToString(CultureInfo.InvariantCulture)).ConfigureAwait(false);
            await EndAsync(emulator, "emulator", Stopwatch.GetTimestamp()).ConfigureAwait(false);
        }

        await EventuallyAsync(() => AttachedDevices.OfSystem.List().Count == 0, "no device").ConfigureAwait(false);
    }

    public async Task Peer_Trezorctl_FindsTheSoftwareDeviceOnThisBus()
    {
        UsbNode node = await PlugAsync().ConfigureAwait(false);
        using Process peer = Process.Start(new ProcessStartInfo("trezorctl", ["-p", "webusb", "ethereum", "get-address", "-n", "m/44h/60h/0h/0/0"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["LC_ALL"] = "C.UTF-8" },
        })!;
        Outcome address = await EndAsync(peer, "trezorctl", Stopwatch.GetTimestamp()).ConfigureAwait(false);
        Assert.That(address.Expect(0).Output, Does.Contain(Address));
        JsonElement keys = (await HwBridgeAsync("pubkeys", "--device", $"usb:{node.Port}").ConfigureAwait(false)).Expect(0).Json;
        Assert.That(Text(keys[0], "pubkey"), Is.EqualTo(FirstKey));
    }

    public override async ValueTask DisposeAsync()
    {
        await UnplugAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Waits until a program that has just started uses no processor for a second: its runtime may still be compiling.</summary>
    /// <returns>What it has used until then.</returns>
    private static async Task<TimeSpan> RestAsync(Process process)
    {
        long begun = Stopwatch.GetTimestamp();
        while (true)
        {
            process.Refresh();
            TimeSpan before = process.TotalProcessorTime;
            await Task.Delay(TimeSpan.FromSeconds(3)).ConfigureAwait(false);
            process.Refresh();
            if (process.TotalProcessorTime == before)
            {
                return before;
            }

            Assert.That(Stopwatch.GetElapsedTime(begun), Is.LessThan(CommandDeadline), "it does not come to rest");
        }
    }

    private static bool IsListening(int port) => System.Net.NetworkInformation.IPGlobalProperties.GetIPGlobalProperties()
        .GetActiveTcpListeners().Any(listener => listener.Port == port);

    private async Task UnplugAsync()
    {
        foreach (IAsyncDisposable plugged in _plugged)
        {
            await plugged.DisposeAsync().ConfigureAwait(false);
        }

        _plugged.Clear();
        await EventuallyAsync(() => AttachedDevices.OfSystem.List().Count == 0, "no device").ConfigureAwait(false);
    }

    private async Task<UsbNode> PlugAsync(
        UsbDescription? description = null,
        TrezorFlavour flavour = TrezorFlavour.Core,
        IDeviceScreen? screen = null,
        string? pin = null)
    {
        string[] before = [.. UsbBus.OfSystem.List().Select(node => node.Port)];
        UsbNode? found = null;
        Plug(description ?? UsbDescription.Trezor(flavour), flavour, screen, pin);
        await EventuallyAsync(
            () => (found = UsbBus.OfSystem.List().FirstOrDefault(node => !before.Contains(node.Port))) is not null && File.Exists(found.Path) && VhciPort.IsConfigured(found),
            "the node").ConfigureAwait(false);
        return found!;
    }

    private async Task<HidrawNode> PlugHidAsync(UsbDescription description)
    {
        Plug(description, TrezorFlavour.Legacy, null, null);
        return await HidNodeAsync([]).ConfigureAwait(false);
    }

    private async Task<HidrawNode> PlugLedgerAsync(LedgerModel model, bool overUsb, IDeviceScreen? screen = null)
    {
        string[] before = [.. HidrawBus.OfSystem.List().Select(node => node.Path)];
        using Bip39Mnemonic mnemonic = Bip39Mnemonic.Parse(Words);
        using SecretBuffer seed = mnemonic.DeriveSeed();
        SoftwareLedger ledger = new(seed.Span, screen ?? new PolicyScreen(approve: true), new SoftwareLedgerOptions { Model = model });
        if (overUsb)
        {
            UsbipDevice plug = VhciPort.Plug(UsbDescription.Ledger(model));
            LedgerHidDeviceFraming framing = new();
            Task serving = ledger.ServeAsync(plug, framing, None);
            _plugged.Add(new Plugged(plug, serving, ledger));
        }
        else
        {
            _plugged.Add(UhidServer.Start(ledger));
            _plugged.Add(ledger);
        }

        return await HidNodeAsync(before).ConfigureAwait(false);
    }

    private static async Task<HidrawNode> HidNodeAsync(string[] before)
    {
        HidrawNode? found = null;
        await EventuallyAsync(
            () => (found = HidrawBus.OfSystem.List().FirstOrDefault(node => !before.Contains(node.Path))) is not null && File.Exists(found.Path), "the node")
            .ConfigureAwait(false);
        return found!;
    }

    private void Plug(UsbDescription description, TrezorFlavour flavour, IDeviceScreen? screen, string? pin)
    {
        SoftwareTrezor trezor = SwitchOn(flavour, screen ?? new PolicyScreen(approve: true), pin);
        UsbipDevice plug = VhciPort.Plug(description);
        _plugged.Add(new Plugged(plug, trezor.RunAsync(plug, None), trezor));
    }

    private static SoftwareTrezor SwitchOn(TrezorFlavour flavour, IDeviceScreen screen, string? pin) => new(
        new SoftwareTrezorOptions { Flavour = flavour, Mnemonic = Bip39Mnemonic.Parse(Words), Pin = pin }, screen);

    /// <summary>Runs a command with a Trezor whose plug is pulled in the place of one packet.</summary>
    /// <returns>How it ended, and how many packets there were.</returns>
    private async Task<(Outcome Outcome, int Packets)> CutAsync(string[] command, int? at)
    {
        SoftwareTrezor trezor = SwitchOn(TrezorFlavour.Core, new PolicyScreen(approve: true), null);
        UsbipDevice plug = VhciPort.Plug(UsbDescription.Trezor(TrezorFlavour.Core));
        CutTransport transport = new(plug, plug.Unplug, at);
        _plugged.Add(new Plugged(transport, trezor.RunAsync(transport, None), trezor));
        await EventuallyAsync(
            () => UsbBus.OfSystem.List() is var nodes && nodes.Any(node => node.Vendor is not null && File.Exists(node.Path) && VhciPort.IsConfigured(node)), "the node").ConfigureAwait(false);
        Outcome outcome = await HwBridgeAsync(command).ConfigureAwait(false);
        await UnplugAsync().ConfigureAwait(false);
        return (outcome, transport.Count);
    }

    /// <summary>A software device, its plug, and its work between the two.</summary>
    private sealed class Plugged(ITransport plug, Task serving, IAsyncDisposable device) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await plug.DisposeAsync().ConfigureAwait(false);
            await serving.ConfigureAwait(false);
            await device.DisposeAsync().ConfigureAwait(false);
        }
    }
}
