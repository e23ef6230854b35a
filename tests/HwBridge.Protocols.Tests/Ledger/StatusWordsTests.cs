using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Protocols.Ledger;

namespace HwBridge.Protocols.Tests.Ledger;

internal sealed class StatusWordsTests
{
    [TestCase(0x5515, "GET_ETH2_PUBLIC_KEY (E00E)", Fault.DeviceLocked, "locked")]
    [TestCase(0x6985, "GET_ETH2_PUBLIC_KEY (E00E)", Fault.UserRejected, "rejected")]
    [TestCase(0x6901, "GET_ETH2_PUBLIC_KEY (E00E)", Fault.DeviceBusy, "busy")]
    [TestCase(0x6f01, "GET_ETH2_PUBLIC_KEY (E00E)", Fault.DeviceBusy, "another program is talking")]
    [TestCase(0x6e00, "GET_ETH2_PUBLIC_KEY (E00E)", Fault.WrongApp, "not the Ethereum app")]
    [TestCase(0x6511, "GET_ETH2_PUBLIC_KEY (E00E)", Fault.WrongApp, "not open")]
    [TestCase(0x650f, "GET_ETH2_PUBLIC_KEY (E00E)", Fault.WrongApp, "not open")]
    [TestCase(0x6804, "GET_ETH2_PUBLIC_KEY (E00E)", Fault.WrongApp, "not open")]
    [TestCase(0x6d00, "GET_ETH2_PUBLIC_KEY (E00E)", Fault.Unsupported, "can't derive validator keys")]
    [TestCase(0x6d00, "PERFORM_PRIVACY_OPERATION (E018), shared secret", Fault.Unsupported, "can't compute X25519")]
    [TestCase(0x6a87, "PERFORM_PRIVACY_OPERATION (E018), shared secret", Fault.Unsupported, "length of the peer's key")]
    [TestCase(0x6a15, "GET_PUBLIC_KEY (E002)", Fault.Unsupported, "may not use this path")]
    [TestCase(0x6a80, "GET_ETH2_PUBLIC_KEY (E00E)", Fault.Unsupported, "refuses this path")]
    [TestCase(0x6b00, "GET_ETH2_PUBLIC_KEY (E00E)", Fault.Unsupported, "parameters")]
    [TestCase(0x6faa, "GET_ETH2_PUBLIC_KEY (E00E)", Fault.Protocol, "halted")]
    public void ToFault_KnownWord_GivesTagCauseAndNextStep(int word, string command, Fault fault, string cause)
    {
        FaultException exception = StatusWords.ToFault((ushort)word, command);

        Assert.Multiple(() =>
        {
            Assert.That(exception.Fault, Is.EqualTo(fault));
            Assert.That(exception.Message, Does.Contain(cause));
            Assert.That(exception.Message, Does.Contain(word.ToString("x4", null)).And.Contain(command));
            Assert.That(exception.Remedy, Does.EndWith("."));
        });
    }

    [Test]
    public void ToFault_EveryWord_NamesWordAndCommandAndHasARemedy()
    {
        for (int word = 0; word <= ushort.MaxValue; word++)
        {
            FaultException exception = StatusWords.ToFault((ushort)word, "GET_APP_CONFIGURATION (E006)");
            if (!exception.Message.Contains($"{word:x4}", StringComparison.Ordinal)
                || !exception.Message.Contains("GET_APP_CONFIGURATION (E006)", StringComparison.Ordinal)
                || string.IsNullOrWhiteSpace(exception.Remedy))
            {
                Assert.Fail($"{word:x4}: {exception.Message} {exception.Remedy}");
            }
        }

        Assert.That(StatusWords.ToFault(0x1234, "X").Fault, Is.EqualTo(Fault.Protocol));
    }

    [Test]
    public void AnotherApp_Bitcoin_NamesIt()
    {
        FaultException exception = StatusWords.AnotherApp(new AppInfo("Bitcoin", "2.2.3"));

        Assert.That(exception.Fault, Is.EqualTo(Fault.WrongApp));
        Assert.That(exception.Message, Does.Contain("Bitcoin 2.2.3"));
    }
}
