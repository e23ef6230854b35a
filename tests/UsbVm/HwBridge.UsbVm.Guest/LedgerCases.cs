using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using HwBridge.Core.Eip2334;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Secrets;
using HwBridge.Devices;
using HwBridge.Devices.Ledger;
using HwBridge.Emulators.Ledger;
using HwBridge.Emulators.Screens;
using HwBridge.Emulators.Seeds;
using HwBridge.Protocols.Framing;
using HwBridge.Protocols.Ledger;
using HwBridge.Transports;
using HwBridge.Transports.Hidraw;

namespace HwBridge.UsbVm.Guest;

/// <summary>The published hwbridge and software Ledgers, joined by this kernel's HID stack.</summary>
internal sealed class LedgerCases(string program) : GuestCases(program)
{
    private const string Words =
        "glory promote mansion idle axis finger extra february uncover one trip resource lawn turtle enact monster seven myth punch hobby comfort wild raise skin";

    private const string OtherWords = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";
    private const string FirstKey = "0xa772ed2e6b56a0515564afd0de893d3d168a6974647fc15a0a07c0958c0ebbce1b99b37558f4df66a3990073f7fda7d4";

    private readonly List<IAsyncDisposable> _plugged = [];

    /// <summary>Has the software device's arithmetic compiled: the first key takes longer than a host waits for a device.</summary>
    internal static async Task WarmUpAsync()
    {
        SoftwareLedger ledger = SwitchOn(Words, new PolicyScreen(approve: true), LedgerModel.NanoSP, SoftwareLedgerState.Ready);
        await using (ledger.ConfigureAwait(false))
        {
            (ITransport transport, IFraming framing) = ledger.Connect();
            LedgerOptions patient = new() { AnswerDeadline = TimeSpan.FromMinutes(5) };
            await using LedgerKeyStore store =
                await LedgerKeyStore.OpenAsync(transport, framing, new SilentPerson(), patient, CancellationToken.None).ConfigureAwait(false);
            Assert.That(store.TryGet(out IValidatorKeys? keys), Is.True);
            await foreach (DerivedKey _ in keys!.GetPublicKeysAsync([ValidatorKeyPath.Signing(0)], confirm: false, CancellationToken.None).ConfigureAwait(false))
            {
            }
        }
    }

    public async Task Devices_OneLedger_ListsItWithItsOpenApp()
    {
        (_, HidrawNode node) = await PlugAsync().ConfigureAwait(false);
        JsonElement listed = (await ProgramAsync("devices").ConfigureAwait(false)).Expect(0).Json;
        Assert.That(listed.GetArrayLength(), Is.EqualTo(1));
        Assert.That(Text(listed[0], "uri", "maker", "model", "state"), Is.EqualTo($"hid:{node.Path} ledger Nano S Plus ready"));
        Assert.That(listed[0].GetProperty("app").GetProperty("name").GetString(), Is.EqualTo("Ethereum"));
    }

    public async Task Devices_EachModelAndState_IsSaid()
    {
        foreach ((LedgerModel model, SoftwareLedgerState state, string expected) in ((LedgerModel, SoftwareLedgerState, string)[])
        [
            (LedgerModel.NanoX, SoftwareLedgerState.Locked, "Nano X locked"),
            (LedgerModel.Stax, SoftwareLedgerState.Dashboard, "Stax wrongApp"),
            (LedgerModel.Flex, SoftwareLedgerState.OpenPgp, "Flex ready"),
        ])
        {
            (Plugged plugged, _) = await PlugAsync(model: model, state: state).ConfigureAwait(false);
            JsonElement listed = (await HwBridgeAsync("devices").ConfigureAwait(false)).Expect(0).Json;
            Assert.That(Text(listed[0], "model", "state"), Is.EqualTo(expected));
            await plugged.DisposeAsync().ConfigureAwait(false);
        }
    }

    public async Task Devices_StrangersBesideIt_AreLeftOutAndNeverOpened()
    {
        (_, HidrawNode node) = await PlugAsync().ConfigureAwait(false);
        await using UhidDevice key = UhidDevice.Plug("Ledger Nano S Plus", "usb-guest-7/input1", 0x2c97, 0x5015, SecurityKey);
        await using UhidDevice other = UhidDevice.Plug("Somebody's device", "usb-guest-8/input0", 0x1234, 0x5015, UhidDevice.ApduDescriptor);
        await EventuallyAsync(() => HidrawBus.OfSystem.List().Count == 3, "three nodes").ConfigureAwait(false);
        JsonElement listed = (await HwBridgeAsync("devices").ConfigureAwait(false)).Expect(0).Json;
        Assert.That(listed.EnumerateArray().Select(row => row.GetProperty("uri").GetString()), Is.EqualTo(new[] { $"hid:{node.Path}" }));
        string stranger = HidrawBus.OfSystem.List().Single(found => found.VendorId == 0x1234).Path;
        (await HwBridgeAsync("pubkeys", "--device", $"hid:{stranger}").ConfigureAwait(false)).ExpectFault(5, "unsupported", "1234:5015");
    }

    public async Task NoDevice_Ledger_IsNotFound() =>
        (await ProgramAsync("pubkeys", "--device", "ledger").ConfigureAwait(false)).ExpectFault(3, "deviceNotFound", "no Ledger is attached");

    public async Task Pubkeys_Ledger_AreTheMnemonics()
    {
        await PlugAsync().ConfigureAwait(false);
        JsonElement keys = (await ProgramAsync("pubkeys", "--device", "ledger", "--index", "0-1").ConfigureAwait(false)).Expect(0).Json;
        Assert.That(keys[0].GetProperty("pubkey").GetString(), Is.EqualTo(FirstKey));
        Assert.That(keys.GetArrayLength(), Is.EqualTo(2));
    }

    public async Task Backup_CreatedOpenedAndChecked_IsWhole()
    {
        await PlugAsync().ConfigureAwait(false);
        string backup = Path.Combine(Folder, "backup.age");
        (await ProgramAsync("backup", "create", "--from", FirstKeystore, "--password-file", PasswordFile(), "--to", "ledger", "--out", backup)
            .ConfigureAwait(false)).Expect(0);
        (await HwBridgeAsync("check", "--device", "ledger", "--expect", Keystores).ConfigureAwait(false)).Expect(0);
        Outcome check = await ProgramAsync("check", "--device", "ledger", "--expect", FirstKeystore, "--backup", backup).ConfigureAwait(false);
        Assert.That(Text(check.Expect(0).Json, "result"), Is.EqualTo("match"));
        string restored = Path.Combine(Folder, "restored");
        (await ProgramAsync("backup", "open", "--backup", backup, "--device", "ledger", "--out", restored, "--password-file", PasswordFile(), "--kdf", "pbkdf2")
            .ConfigureAwait(false)).Expect(0);
        Assert.That(Directory.GetFiles(restored, "keystore*"), Has.Length.EqualTo(1));
    }

    public async Task Permission_OtherUser_IsNamed()
    {
        (_, HidrawNode node) = await PlugAsync().ConfigureAwait(false);
        Outcome denied = await NobodyAsync("pubkeys", "--device", "ledger").ConfigureAwait(false);
        denied.ExpectFault(3, "devicePermission", $"the system does not let nobody open {node.Path}");
        JsonElement listed = (await NobodyAsync("devices").ConfigureAwait(false)).Expect(0).Json;
        Assert.That(Text(listed[0], "model", "state"), Is.EqualTo("Nano S Plus permissionDenied"));
    }

    public async Task Doctor_EachSituation_NamesWhatMendsIt()
    {
        await DoctorAsync(1, "device", "no Ledger or Trezor is attached").ConfigureAwait(false);
        ScriptedScreen screen = new();
        (Plugged plugged, HidrawNode node) = await PlugAsync(screen: screen).ConfigureAwait(false);
        await DoctorAsync(0, "app", "Ethereum 1.22.0 is open").ConfigureAwait(false);
        using (Process other = Start("pubkeys", "--device", "ledger", "--confirm"))
        {
            await screen.WaitForReviewAsync(new CancellationTokenSource(TimeSpan.FromSeconds(90)).Token).ConfigureAwait(false);
            await DoctorAsync(1, "program", $"in use by hwbridge (process {other.Id})").ConfigureAwait(false);
            screen.Answer(true);
            (await EndAsync(other, "pubkeys --confirm", Stopwatch.GetTimestamp()).ConfigureAwait(false)).Expect(0);
        }

        using (Process other = Process.Start(new ProcessStartInfo("sh", ["-c", $"exec 3<>{node.Path}; read line"]) { RedirectStandardInput = true })!)
        {
            await EventuallyAsync(() => node.Holders().Count == 1, "the other program").ConfigureAwait(false);
            await DoctorAsync(1, "program", $"sh (process {other.Id}) has hid:{node.Path} open").ConfigureAwait(false);
            other.StandardInput.Close();
            await other.WaitForExitAsync().ConfigureAwait(false);
        }

        await plugged.DisposeAsync().ConfigureAwait(false);
        foreach ((SoftwareLedgerState state, string words) in ((SoftwareLedgerState, string)[])
            [(SoftwareLedgerState.Locked, "the Ledger is locked"), (SoftwareLedgerState.Dashboard, "is open on the Ledger")])
        {
            (Plugged next, _) = await PlugAsync(state: state).ConfigureAwait(false);
            await DoctorAsync(1, "app", words).ConfigureAwait(false);
            await next.DisposeAsync().ConfigureAwait(false);
        }
    }

    public async Task Doctor_InstallUdev_LetsThePersonIn()
    {
        using Process udev = Process.Start(new ProcessStartInfo("bash", ["-c", "exec -a systemd-udevd udevadm"]))!;
        try
        {
            await EventuallyAsync(() => File.Exists("/run/udev/control"), "udev").ConfigureAwait(false);
            (_, HidrawNode node) = await PlugAsync().ConfigureAwait(false);
            Outcome before = await NobodyAsync("doctor").ConfigureAwait(false);
            Finding(before.Expect(1), "node", $"the system does not let nobody open {node.Path} (mode 0600, owner root, group root)", "sudo hwbridge doctor --install-udev");
            (await NobodyAsync("doctor", "--install-udev").ConfigureAwait(false)).ExpectFault(3, "devicePermission", "60-hwbridge.rules");

            Outcome installed = await RunAsync(["env", "SUDO_USER=nobody"], ["doctor", "--install-udev", "--yes"]).ConfigureAwait(false);
            Assert.That(installed.Error, Does.Contain("KERNELS==\"0003:2C97:*\", MODE=\"0660\", GROUP=\"plugdev\", TAG+=\"uaccess\""));
            Finding(installed.Expect(1), "node", "(mode 0660, owner root, group plugdev)", "sudo usermod -aG plugdev nobody");
            Finding(installed, "seat", "nobody sits at this computer", "Join the group plugdev");

            string[] member = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--groups=plugdev", "--"];
            JsonElement keys = (await RunAsync(member, ["pubkeys", "--device", "ledger"]).ConfigureAwait(false)).Expect(0).Json;
            Assert.That(Text(keys[0], "pubkey"), Is.EqualTo(FirstKey));
        }
        finally
        {
            udev.Kill();
            await udev.WaitForExitAsync().ConfigureAwait(false);
        }
    }

    public async Task SecondProgram_DuringAReview_IsToldWhoHasItAndDisturbsNothing()
    {
        ScriptedScreen screen = new();
        (_, HidrawNode node) = await PlugAsync(screen: screen).ConfigureAwait(false);
        using Process first = Start("pubkeys", "--device", "ledger", "--confirm");
        await screen.WaitForReviewAsync(new CancellationTokenSource(TimeSpan.FromSeconds(90)).Token).ConfigureAwait(false);
        string holder = $"hwbridge (process {first.Id})";
        (await HwBridgeAsync("pubkeys", "--device", "ledger").ConfigureAwait(false)).ExpectFault(5, "deviceBusy", holder);
        Outcome listing = await HwBridgeAsync("devices").ConfigureAwait(false);
        Assert.That(Text(listing.Expect(0).Json[0], "uri", "state"), Is.EqualTo($"hid:{node.Path} unknown"));
        Assert.That(listing.Error, Does.Contain(holder));
        screen.Answer(true);
        Outcome done = await EndAsync(first, "pubkeys --confirm", Stopwatch.GetTimestamp()).ConfigureAwait(false);
        Assert.That(done.Expect(0).Json[0].GetProperty("pubkey").GetString(), Is.EqualTo(FirstKey));
    }

    public async Task HotPlug_LockedAndOnItsDashboard_IsFollowedUntilItIsReady()
    {
        using Process waiting = Start("pubkeys", "--device", "ledger", "--wait", "60", "--open-app");
        StringBuilder said = new();
        await SaysAsync("no Ledger is attached; waiting 60 s for it").ConfigureAwait(false);
        SoftwareLedger ledger = SwitchOn(Words, new PolicyScreen(approve: true), LedgerModel.NanoSP, SoftwareLedgerState.Locked);
        _plugged.Add(new Plugged(ledger, UhidServer.Start(ledger, "usb-guest-1")));
        await SaysAsync("it is locked; waiting 60 s for its PIN").ConfigureAwait(false);
        ledger.State = SoftwareLedgerState.Dashboard;
        await SaysAsync("unlocked").ConfigureAwait(false);
        await SaysAsync("It asks whether to open the app Ethereum: agree.").ConfigureAwait(false);
        Outcome done = await EndAsync(waiting, "pubkeys --wait", Stopwatch.GetTimestamp()).ConfigureAwait(false);
        Assert.That(Text(done.Expect(0).Json[0], "pubkey"), Is.EqualTo(FirstKey));

        async Task SaysAsync(string words)
        {
            using CancellationTokenSource deadline = new(CommandDeadline);
            while (!said.ToString().Contains(words, StringComparison.Ordinal))
            {
                string? line = await waiting.StandardError.ReadLineAsync(deadline.Token).ConfigureAwait(false);
                said.AppendLine(line ?? throw new AssertionException($"'{words}' was not said:\n{said}"));
            }
        }
    }

    public async Task Replug_AnotherWalletAtItsPlace_IsNotMistakenForIt()
    {
        SoftwareLedger first = SwitchOn(Words, new PolicyScreen(approve: true), LedgerModel.NanoSP, SoftwareLedgerState.Ready);
        SoftwareLedger second = SwitchOn(OtherWords, new PolicyScreen(approve: true), LedgerModel.NanoSP, SoftwareLedgerState.Ready);
        await using (first.ConfigureAwait(false))
        await using (second.ConfigureAwait(false))
        {
            UhidServer plugged = UhidServer.Start(first, "usb-guest-1");
            await plugged.WaitForNodeAsync(CancellationToken.None).ConfigureAwait(false);
            using CancellationTokenSource deadline = new(CommandDeadline);
            await using IKeyStore store =
                await DeviceConnector.OpenAsync(DeviceUri.Parse("ledger"), new ConnectOptions(), new SilentPerson(), deadline.Token).ConfigureAwait(false);
            Assert.That(store.TryGet(out ISealing? sealing), Is.True);
            X25519PublicKey key = await sealing!.GetPublicKeyAsync(confirm: false, deadline.Token).ConfigureAwait(false);
            foreach (SoftwareLedger next in (SoftwareLedger[])[first, second])
            {
                await plugged.DisposeAsync().ConfigureAwait(false);
                plugged = UhidServer.Start(next, "usb-guest-1");
                await plugged.WaitForNodeAsync(deadline.Token).ConfigureAwait(false);
                if (next == first)
                {
                    Assert.That(await sealing.GetPublicKeyAsync(confirm: false, deadline.Token).ConfigureAwait(false), Is.EqualTo(key));
                }
                else
                {
                    FaultException other = Assert.ThrowsAsync<FaultException>(
                        async () => await sealing.GetPublicKeyAsync(confirm: false, deadline.Token).ConfigureAwait(false))!;
                    Assert.That(other.Message, Does.Contain("is another wallet than the one that left"));
                }
            }

            await plugged.DisposeAsync().ConfigureAwait(false);
            Measured.Add("the same wallet went on, another one was refused");
        }
    }

    public async Task TwoLedgers_AreToldApart()
    {
        (_, HidrawNode one) = await PlugAsync(port: "usb-guest-1").ConfigureAwait(false);
        (_, HidrawNode two) = await PlugAsync(OtherWords, port: "usb-guest-2", model: LedgerModel.NanoX).ConfigureAwait(false);
        (await HwBridgeAsync("pubkeys", "--device", "ledger").ConfigureAwait(false))
            .ExpectFault(2, "usage", $"2 Ledgers are attached: hid:{one.Path} (Nano S Plus), hid:{two.Path} (Nano X)");
        JsonElement first = (await HwBridgeAsync("pubkeys", "--device", $"hid:{one.Path}").ConfigureAwait(false)).Expect(0).Json;
        JsonElement second = (await HwBridgeAsync("pubkeys", "--device", $"hid:{two.Path}").ConfigureAwait(false)).Expect(0).Json;
        Assert.That(Text(first[0], "pubkey"), Is.EqualTo(FirstKey));
        Assert.That(Text(second[0], "pubkey"), Is.Not.EqualTo(FirstKey));
        Assert.That((await HwBridgeAsync("devices").ConfigureAwait(false)).Expect(0).Json.GetArrayLength(), Is.EqualTo(2));
    }

    public async Task AppChange_DeviceLeavesTheBus_IsFoundAgainWithinItsSession()
    {
        await PlugAsync().ConfigureAwait(false);
        string backup = await CreateBackupAsync("ledger").ConfigureAwait(false);
        Outcome exported = await HwBridgeAsync("backup", "export", "--backup", backup, "--device", "ledger").ConfigureAwait(false);
        exported.Expect(0);
        string read = Path.Combine(Folder, "read.age");
        (await HwBridgeAsync("backup", "import", "--device", "ledger", "--out", read).ConfigureAwait(false)).Expect(0);
        (await HwBridgeAsync("check", "--device", "ledger", "--expect", FirstKeystore, "--backup", read).ConfigureAwait(false)).Expect(0);
        Measured.Add($"exported in {exported.Seconds:0.0} s");
    }

    public async Task Emulator_Uhid_IsALedgerForAnyProgram()
    {
        using Process emulator = Start("emulator", "ledger", "--uhid");
        try
        {
            await EventuallyAsync(() => AttachedDevices.OfSystem.List().Count == 1, "the emulator's node").ConfigureAwait(false);
            JsonElement keys = (await HwBridgeAsync("pubkeys", "--device", "ledger").ConfigureAwait(false)).Expect(0).Json;
            Assert.That(Text(keys[0], "pubkey"), Is.EqualTo(FirstKey));
        }
        finally
        {
            await ToolAsync("kill", "-INT", emulator.Id.ToString(CultureInfo.InvariantCulture)).ConfigureAwait(false);
            await EndAsync(emulator, "emulator", Stopwatch.GetTimestamp()).ConfigureAwait(false);
        }

        await EventuallyAsync(() => AttachedDevices.OfSystem.List().Count == 0, "no node").ConfigureAwait(false);
    }

    public async Task Exchanges_AThousandAndAHundredConnections_LeaveNoHandle()
    {
        await PlugAsync().ConfigureAwait(false);
        CancellationToken none = CancellationToken.None;
        DeviceUri uri = DeviceUri.Parse("ledger");
        await ExchangeAsync(uri, 10).ConfigureAwait(false);
        int before = Handles();
        long begun = Stopwatch.GetTimestamp();
        await ExchangeAsync(uri, 1000).ConfigureAwait(false);
        double each = Stopwatch.GetElapsedTime(begun).TotalMilliseconds / 1000;
        for (int i = 0; i < 100; i++)
        {
            await ExchangeAsync(uri, 1).ConfigureAwait(false);
        }

        // The runtime opens a few of its own now and then; one a connection would be a hundred.
        int after = Handles();
        Assert.That(after, Is.LessThan(before + 10));
        Measured.Add($"{each:0.00} ms an exchange with the device's own work, {before} handles before and {after} after");

        async Task ExchangeAsync(DeviceUri device, int count)
        {
            await using IKeyStore store =
                await DeviceConnector.OpenAsync(device, new ConnectOptions(), new SilentPerson(), none).ConfigureAwait(false);
            Assert.That(store.TryGet(out ISealing? sealing), Is.True);
            for (int i = 0; i < count; i++)
            {
                await sealing!.GetPublicKeyAsync(confirm: false, none).ConfigureAwait(false);
            }
        }
    }

    /// <summary>What is compiled at the first call is compiled ahead of time in the program.</summary>
    public async Task Enumeration_NoDevice_TakesLessThanFiveMilliseconds()
    {
        double[] milliseconds = new double[20];
        for (int i = -1; i < milliseconds.Length; i++)
        {
            long begun = Stopwatch.GetTimestamp();
            Assert.That(AttachedDevices.OfSystem.List(), Is.Empty);
            if (i >= 0)
            {
                milliseconds[i] = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
            }
        }

        Array.Sort(milliseconds);
        double median = milliseconds[milliseconds.Length / 2];
        Assert.That(median, Is.LessThan(5));
        Measured.Add($"{median:0.000} ms");
        await Task.CompletedTask.ConfigureAwait(false);
    }

    public async Task Unplug_AtEachReport_GoesOnWhenItComesBackOrSaysSoAndLeavesNothing()
    {
        (Plugged creator, _) = await PlugAsync().ConfigureAwait(false);
        string backup = await CreateBackupAsync("ledger").ConfigureAwait(false);
        await creator.DisposeAsync().ConfigureAwait(false);
        string left = Path.Combine(Folder, "left");
        string[][] commands =
        [
            ["pubkeys", "--device", "ledger", "--index", "0-4"],
            ["recipient", "--device", "ledger", "--confirm"],
            ["check", "--device", "ledger", "--expect", FirstKeystore, "--backup", backup],
            ["backup", "create", "--from", FirstKeystore, "--password-file", PasswordFile(), "--to", "ledger", "--out", Path.Combine(left, "backup.age")],
            ["backup", "open", "--backup", backup, "--device", "ledger", "--out", Path.Combine(left, "out"), "--password-file", PasswordFile(), "--kdf", "pbkdf2"],
        ];
        int points = 0;
        int wentOn = 0;
        foreach (string[] command in commands)
        {
            Directory.CreateDirectory(left);
            (Outcome whole, int reports) = await CutAsync(command, null, comesBack: false).ConfigureAwait(false);
            whole.Expect(0);
            Directory.Delete(left, recursive: true);
            for (int at = 0; at < reports; at++, points++)
            {
                Directory.CreateDirectory(left);
                (Outcome cut, _) = await CutAsync(command, at, comesBack: true).ConfigureAwait(false);
                if (cut.ExitCode == 0)
                {
                    Assert.That(cut.Error, Does.Contain("it went away; waiting 3 s"), $"cut at report {at}");
                    wentOn++;
                }
                else
                {
                    cut.ExpectFault(3, "deviceNotFound", "went away");
                    Assert.That(Directory.EnumerateFileSystemEntries(left), Is.Empty, $"{cut} cut at report {at}");
                }

                Directory.Delete(left, recursive: true);
            }

        }

        // One that never comes back is waited for as long as that is said.
        Directory.CreateDirectory(left);
        (Outcome gone, _) = await CutAsync(commands[^1], 0, comesBack: false).ConfigureAwait(false);
        gone.ExpectFault(3, "deviceNotFound", "went away");
        Assert.That(Directory.EnumerateFileSystemEntries(left), Is.Empty);
        Assert.That(points, Is.GreaterThan(40));
        Assert.That(wentOn, Is.InRange(10, points - 10));
        Measured.Add($"{points} points in {commands.Length} commands: {wentOn} went on when it came back, {points - wentOn} said that it went away, as did one that stayed away");
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable plugged in _plugged)
        {
            await plugged.DisposeAsync().ConfigureAwait(false);
        }

        await EventuallyAsync(() => HidrawBus.OfSystem.List().Count == 0, "no node").ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    private static byte[] SecurityKey => Convert.FromHexString("06d0f10901a1010920150026ff00750895408102" + "0921150026ff00750895409102c0");

    private static SoftwareLedger SwitchOn(string words, IDeviceScreen screen, LedgerModel model, SoftwareLedgerState state)
    {
        using Bip39Mnemonic mnemonic = Bip39Mnemonic.Parse(words);
        using SecretBuffer seed = mnemonic.DeriveSeed();
        return new SoftwareLedger(seed.Span, screen, new SoftwareLedgerOptions { Model = model, LeavesOnAppChange = true }) { State = state };
    }

    private async Task<(Plugged Device, HidrawNode Node)> PlugAsync(
        string words = Words,
        IDeviceScreen? screen = null,
        string port = "usb-guest-1",
        LedgerModel model = LedgerModel.NanoSP,
        SoftwareLedgerState state = SoftwareLedgerState.Ready)
    {
        SoftwareLedger ledger = SwitchOn(words, screen ?? new PolicyScreen(approve: true), model, state);
        UhidServer server = UhidServer.Start(ledger, port);
        Plugged plugged = new(ledger, server);
        _plugged.Add(plugged);
        return (plugged, await server.WaitForNodeAsync(CancellationToken.None).ConfigureAwait(false));
    }

    /// <summary>Runs a command with a Ledger whose plug is pulled in the place of one report, and put in again or not.</summary>
    /// <returns>How it ended, and how many reports there were.</returns>
    private static async Task<(Outcome Outcome, int Reports)> CutAsync(string[] command, int? at, bool comesBack)
    {
        SoftwareLedger ledger = SwitchOn(Words, new PolicyScreen(approve: true), LedgerModel.NanoSP, SoftwareLedgerState.Ready);
        await using (ledger.ConfigureAwait(false))
        {
            using CancellationTokenSource stop = new();
            Task<int> serving = ServeAsync();
            await EventuallyAsync(() => AttachedDevices.OfSystem.List().Count == 1, "the node").ConfigureAwait(false);
            Outcome outcome = await HwBridgeAsync(command).ConfigureAwait(false);
            await stop.CancelAsync().ConfigureAwait(false);
            int reports = await serving.ConfigureAwait(false);
            await EventuallyAsync(() => AttachedDevices.OfSystem.List().Count == 0, "no node").ConfigureAwait(false);
            return (outcome, reports);

            async Task<int> ServeAsync()
            {
                int count = 0;
                for (int? cut = at; ; cut = null)
                {
                    UhidDevice plug = UhidDevice.Plug("Ledger", "usb-guest-1/input0", 0x2c97, 0x5015, UhidDevice.ApduDescriptor);
                    CutTransport transport = new(plug, plug.Unplug, cut);
                    await using (transport.ConfigureAwait(false))
                    {
                        using LedgerHidDeviceFraming framing = new();
                        await ledger.ServeAsync(transport, framing, stop.Token).ConfigureAwait(false);
                    }

                    count += transport.Count;
                    if (stop.IsCancellationRequested || !comesBack)
                    {
                        return count;
                    }
                }
            }
        }
    }

    /// <summary>A software Ledger and its plug.</summary>
    private sealed class Plugged(SoftwareLedger ledger, UhidServer server) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await server.DisposeAsync().ConfigureAwait(false);
            await ledger.DisposeAsync().ConfigureAwait(false);
        }
    }
}
