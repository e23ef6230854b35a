using HwBridge.Cli.Doctor;
using HwBridge.Cli.Terminals;
using HwBridge.Devices;
using HwBridge.Shared.Hidraw;
using HwBridge.Shared.Readme;

namespace HwBridge.Cli.Tests.Doctor;

/// <summary>What needs no kernel; tests/UsbVm examines real nodes.</summary>
public sealed class ExaminationTests
{
    private FakeRoot _root = null!;
    private FakeSystem _system = null!;

    [SetUp]
    public void SetUp() => (_root, _system) = (new FakeRoot(), new FakeSystem());

    [TearDown]
    public void TearDown()
    {
        _root.Dispose();
        _system.Dispose();
    }

    [Test]
    public async Task Run_NoDevice_SaysSoAndLooksAtTheRules()
    {
        IReadOnlyList<Finding> findings = await RunAsync();
        Assert.That(findings.Select(finding => (finding.Status, finding.Check)), Is.EqualTo(new[]
        {
            (FindingStatus.Problem, "device"), (FindingStatus.Problem, "rules"), (FindingStatus.Problem, "rules"),
        }));
    }

    [Test]
    public async Task Run_NoDeviceInWsl_NamesTheWayFromWindows()
    {
        _root.Write("proc/sys/kernel/osrelease", "5.15.153.1-microsoft-standard-WSL2\n");
        Finding finding = (await RunAsync())[0];
        Assert.That((finding.Status, finding.Check), Is.EqualTo((FindingStatus.Problem, "system")));
        Assert.That(finding.Remedy, Does.Contain("usbipd attach --wsl --busid"));
    }

    [TestCase(".dockerenv", "--device=")]
    [TestCase("run/.containerenv", "--device=")]
    [TestCase("etc/hostname", "udevadm trigger")]
    public async Task Run_NodeThatIsNotHere_NamesWhatBringsIt(string file, string remedy)
    {
        _root.Write(file, string.Empty);
        string node = _system.Add("00002C97:00005011", "Ledger", "usb-1-1/input0", FakeSystem.Apdu);
        File.Delete(node);
        IReadOnlyList<Finding> findings = await RunAsync();
        Assert.That(findings.Select(finding => (finding.Status, finding.Check)), Is.EqualTo(new[]
        {
            (FindingStatus.Ok, "device"), (FindingStatus.Problem, "node"),
        }));
        Assert.That(findings[1].Remedy, Does.Contain(remedy));
    }

    [Test]
    public async Task Run_Bootloader_IsNamedBeforeAnythingIsOpened()
    {
        _system.AddUsb("1-2", "1209", "53c0", release: "0100");
        IReadOnlyList<Finding> findings = await RunAsync();
        Assert.That(findings.Select(finding => (finding.Status, finding.Check, finding.Message)), Is.EqualTo(new[]
        {
            (FindingStatus.Ok, "device", "usb:1-2 is a Trezor Model One (1209:53c0)"), (FindingStatus.Problem, "app", "the Trezor Model One runs its bootloader"),
        }));
    }

    [Test]
    public async Task Readme_QuotesWhatTheGuestCanNotShow()
    {
        List<Finding> said = [];
        _root.Write("proc/sys/kernel/osrelease", "5.15.153.1-microsoft-standard-WSL2\n");
        said.Add((await RunAsync())[0]);
        string node = _system.Add("00002C97:00005011", "Ledger", "usb-1-1/input0", FakeSystem.Apdu);
        File.Delete(node);
        said.Add((await RunAsync())[1]);
        _root.Write(".dockerenv", string.Empty);
        said.Add((await RunAsync())[1]);
        foreach ((string file, string rule) in ((string, string)[])[("99-ledger.rules", "TAG+=\"uaccess\""), ("20-hw1.rules", "MODE=\"0666\"")])
        {
            _root.Write($"etc/udev/rules.d/{file}", $"ATTRS{{idVendor}}==\"2c97\", {rule}\n");
            said.Add(new UdevRules(_root.Path).Examine("a Ledger", UdevRules.LedgerId));
        }

        string[] words = [.. said.SelectMany(finding => (string[])[finding.Message, finding.Remedy!])
            .Select(text => text.Replace(Path.GetDirectoryName(node)!, "/dev", StringComparison.Ordinal).Replace(_root.Path, string.Empty, StringComparison.Ordinal))];
        Assert.That(words, Has.Length.EqualTo(10));
        Assert.That(ReadmeQuotes.MissingOf(words), Is.Empty);
    }

    private async Task<IReadOnlyList<Finding>> RunAsync()
    {
        using TerminalPerson person = new(TextWriter.Null, messagesAreSeen: false);
        IReadOnlyList<Finding> findings =
            await new Examination(_root.Path, new AttachedDevices(_system.Bus, _system.Usb), person).RunAsync(CancellationToken.None);
        return [.. findings.Where(finding => finding.Check != "user")];
    }
}
