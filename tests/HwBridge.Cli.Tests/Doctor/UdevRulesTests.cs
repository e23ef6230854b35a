using System.Runtime.Versioning;
using HwBridge.Cli.Doctor;

namespace HwBridge.Cli.Tests.Doctor;

[SupportedOSPlatform("linux")]
public sealed class UdevRulesTests
{
    private FakeRoot _root = null!;

    [SetUp]
    public void SetUp() => _root = new FakeRoot();

    [TearDown]
    public void TearDown() => _root.Dispose();

    [Test]
    public void Text_GroupOfThisMachine_IsNamedOnlyWhereItIs()
    {
        Assert.That(new UdevRules(_root.Path).Text, Does.Contain("MODE=\"0660\", TAG+=\"uaccess\"").And.Not.Contain("GROUP"));
        _root.Write("etc/group", "root:x:0:\nplugdev:x:46:alice\n");
        Assert.That(new UdevRules(_root.Path).Text, Does.Contain("MODE=\"0660\", GROUP=\"plugdev\", TAG+=\"uaccess\""));
    }

    [Test]
    public void Install_Rules_AreReadableAndFound()
    {
        UdevRules rules = new(_root.Path);
        Assert.That(rules.Examine("a Ledger", UdevRules.LedgerId).Status, Is.EqualTo(FindingStatus.Problem));
        rules.Install(CancellationToken.None);
        rules.Install(CancellationToken.None);
        Assert.That(File.ReadAllText(rules.Path), Is.EqualTo(rules.Text));
        Assert.That(File.GetUnixFileMode(rules.Path).HasFlag(UnixFileMode.OtherRead), Is.True);
        Assert.That(rules.Examine("a Ledger", UdevRules.LedgerId).Status, Is.EqualTo(FindingStatus.Ok));
        Assert.That(rules.Examine("a Trezor", UdevRules.TrezorId).Status, Is.EqualTo(FindingStatus.Ok));
        Assert.That(rules.Examine("a Trezor Model One", "534c").Status, Is.EqualTo(FindingStatus.Ok));
        Assert.That(Directory.GetFiles(Path.GetDirectoryName(rules.Path)!), Has.Length.EqualTo(1));
    }

    [TestCase("etc/udev/rules.d/20-hw1.rules", "SUBSYSTEMS==\"usb\", ATTRS{idVendor}==\"2c97\", TAG+=\"uaccess\"", FindingStatus.Ok, null)]
    [TestCase("usr/lib/udev/rules.d/70-ledger.rules", "KERNEL==\"hidraw*\", ATTRS{idVendor}==\"2C97\", MODE=\"0660\", TAG+=\"uaccess\"", FindingStatus.Ok, null)]
    [TestCase("etc/udev/rules.d/20-hw1.rules", "KERNEL==\"hidraw*\", ATTRS{idVendor}==\"2c97\", MODE=\"0666\"", FindingStatus.Warning, "every program")]
    [TestCase("etc/udev/rules.d/99-ledger.rules", "ATTRS{idVendor}==\"2c97\", TAG+=\"uaccess\"", FindingStatus.Problem, "has no effect")]
    [TestCase("etc/udev/rules.d/99-ledger.rules", "ATTRS{idVendor}==\"2c97\", MODE=\"0660\", GROUP=\"plugdev\"", FindingStatus.Ok, null)]
    [TestCase("etc/udev/rules.d/20-hw1.rules", "# ATTRS{idVendor}==\"2c97\", TAG+=\"uaccess\"", FindingStatus.Problem, "no rule")]
    [TestCase("etc/udev/rules.d/20-other.rules", "ATTRS{idVendor}==\"1050\", TAG+=\"uaccess\"", FindingStatus.Problem, "no rule")]
    [TestCase("etc/udev/rules.d/20-hw1.rules.bak", "ATTRS{idVendor}==\"2c97\", TAG+=\"uaccess\"", FindingStatus.Problem, "no rule")]
    [TestCase("etc/udev/rules.d/51-trezor.rules", "SUBSYSTEM==\"usb\", ATTR{idVendor}==\"1209\", ATTR{idProduct}==\"53c1\", MODE=\"0660\", GROUP=\"plugdev\", TAG+=\"uaccess\"", FindingStatus.Ok, null, true)]
    [TestCase("etc/udev/rules.d/51-trezor.rules", "SUBSYSTEM==\"usb\", ATTR{idVendor}==\"1209\", ATTR{idProduct}==\"53c1\", MODE=\"0666\"", FindingStatus.Warning, "open a Trezor", true)]
    [TestCase("etc/udev/rules.d/20-hw1.rules", "ATTRS{idVendor}==\"2c97\", TAG+=\"uaccess\"", FindingStatus.Problem, "no rule", true)]
    public void Examine_RulesOfOthers_AreJudgedByWhatTheyDo(string file, string rule, object status, string? words, bool isTrezor = false)
    {
        _root.Write(file, $"# a comment\n{rule}\n");
        Finding finding = new UdevRules(_root.Path).Examine(isTrezor ? "a Trezor" : "a Ledger", isTrezor ? UdevRules.TrezorId : UdevRules.LedgerId);
        Assert.That(finding.Status, Is.EqualTo(status), finding.Message);
        Assert.That(finding.Message, Does.Contain(words ?? file));
        Assert.That(finding.Remedy, finding.Status == FindingStatus.Ok ? Is.Null : Does.Contain("sudo hwbridge doctor --install-udev"));
    }

    [Test]
    public void Examine_FileOfTheSameNameInFront_HidesTheSystems()
    {
        _root.Write("usr/lib/udev/rules.d/60-trezor.rules", "ATTR{idProduct}==\"53c1\", TAG+=\"uaccess\"\n");
        UdevRules rules = new(_root.Path);
        Assert.That(rules.Examine("a Trezor", UdevRules.TrezorId).Status, Is.EqualTo(FindingStatus.Ok));
        _root.Write("etc/udev/rules.d/60-trezor.rules", string.Empty);
        Assert.That(rules.Examine("a Trezor", UdevRules.TrezorId).Status, Is.EqualTo(FindingStatus.Problem));
    }
}
