using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Protocols.Ledger;
using HwBridge.Protocols.Ledger.OpenPgp;

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
    [TestCase(0x6982, "OpenPGP VERIFY (EF20)", Fault.PinInvalid, "PIN of the OpenPGP app was wrong")]
    [TestCase(0x6983, "OpenPGP VERIFY (EF20)", Fault.PinInvalid, "blocked")]
    [TestCase(0x6985, "OpenPGP VERIFY (EF20)", Fault.UserRejected, "rejected")]
    [TestCase(0x6a80, "OpenPGP VERIFY (EF20)", Fault.Unsupported, "does not ask for PINs on its screen")]
    [TestCase(0x6982, "GET_PUBLIC_KEY (E002)", Fault.DeviceLocked, "locked")]
    [TestCase(0x6f00, "OpenPGP GET DATA (00CA) 0104", Fault.PinInvalid, "wants a PIN verified first")]
    [TestCase(0x6f00, "GET_PUBLIC_KEY (E002)", Fault.Protocol, "failed")]
    [TestCase(0x6700, "OpenPGP PUT DATA (00DA) 0104", Fault.Unsupported, "does not take so much")]
    [TestCase(0x6285, "OpenPGP SELECT (00A4)", Fault.Unsupported, "terminated")]
    [TestCase(0x6a88, "OpenPGP PUT DATA (00DA) 7F21", Fault.Unsupported, "does not have this object")]
    [TestCase(0x6807, "OPEN_APP (E0D8) OpenPGP", Fault.WrongApp, "no such app")]
    [TestCase(0x5501, "OPEN_APP (E0D8) OpenPGP", Fault.UserRejected, "rejected")]
    [TestCase(0x6d00, "OPEN_APP (E0D8) OpenPGP", Fault.WrongApp, "can't open an app by itself")]
    [TestCase(0x6e00, "QUIT_APP (B0A7)", Fault.WrongApp, "can't be left by itself")]
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
        FaultException openPgp = StatusWords.AnotherApp(new AppInfo("Bitcoin", "2.2.3"), OpenPgpApp.Name);

        Assert.That(exception.Fault, Is.EqualTo(Fault.WrongApp));
        Assert.That(exception.Message, Does.Contain("Bitcoin 2.2.3"));
        Assert.That(openPgp.Message, Does.Contain("not OpenPGP"));
        Assert.That(openPgp.Remedy, Does.Contain("OpenPGP"));
    }
}
