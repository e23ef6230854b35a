using HwBridge.Backups.Keymanager;
using HwBridge.Core.Faults;

namespace HwBridge.Backups.Tests.Keymanager;

internal sealed class KeymanagerAddressTests
{
    [TestCase("http://127.0.0.1:5062", "http://127.0.0.1:5062/")]
    [TestCase("http://127.9.8.7:5062/", "http://127.9.8.7:5062/")]
    [TestCase("http://[::1]:5062", "http://[::1]:5062/")]
    [TestCase("http://localhost:5062", "http://localhost:5062/")]
    [TestCase("https://validator.example.org", "https://validator.example.org/")]
    [TestCase("https://192.168.1.5:5062/lighthouse", "https://192.168.1.5:5062/lighthouse/")]
    public void Parse_TlsOrThisComputer_IsTaken(string text, string root)
    {
        KeymanagerAddress address = KeymanagerAddress.Parse(text);
        Assert.That(address.Root.AbsoluteUri, Is.EqualTo(root));
        Assert.That(address.IsPlain, Is.EqualTo(text.StartsWith("http:", StringComparison.Ordinal)));
        Assert.That(address.ToString(), Is.EqualTo(text.TrimEnd('/')));
    }

    [TestCase("http://192.168.1.5:5062", "in the clear")]
    [TestCase("http://0.0.0.0:5062", "in the clear")]
    [TestCase("http://[::]:5062", "in the clear")]
    [TestCase("http://128.0.0.1", "in the clear")]
    [TestCase("http://localhost.example.org", "in the clear")]
    [TestCase("http://validator", "in the clear")]
    [TestCase("ftp://localhost", "no http")]
    [TestCase("localhost:5062", "no http")]
    [TestCase("", "no http")]
    [TestCase("https://", "no http")]
    [TestCase("https://user@host", "more than")]
    [TestCase("https://host/?token=1", "more than")]
    [TestCase("https://host/#a", "more than")]
    public void Parse_AnythingElse_IsUsage(string text, string words)
    {
        FaultException fault = Assert.Throws<FaultException>(() => KeymanagerAddress.Parse(text))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.Usage));
        Assert.That(fault.Message, Does.Contain(words));
    }
}
