using HwBridge.Core.Execution;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Signing;
using HwBridge.Devices.Tests.Ledger;
using HwBridge.Devices.Trezor;
using HwBridge.Emulators.Screens;
using HwBridge.Emulators.Seeds;
using HwBridge.Emulators.Trezor;
using HwBridge.Transports;

namespace HwBridge.Devices.Tests.Trezor;

/// <summary>The execution layer's signatures of both firmwares, and what becomes of those that don't come to their end.</summary>
internal sealed class TrezorSigningTests
{
    private const string Address = "0x73d0385F4d8E00C5e6504C6030F47BF6212736A8";

    private readonly Bip39Mnemonic _mnemonic = Bip39Mnemonic.Parse("all all all all all all all all all all all all");

    private static IEnumerable<object[]> Cases =>
        from flavour in (TrezorFlavour[])[TrezorFlavour.Legacy, TrezorFlavour.Core]
        from kind in SigningCases.Kinds
        select new object[] { flavour, kind };

    [OneTimeTearDown]
    public void Forget() => _mnemonic.Dispose();

    [TestCaseSource(nameof(Cases))]
    public async Task Sign_Approved_IsTheAccountsSignature(TrezorFlavour flavour, string kind)
    {
        await using SoftwareTrezor trezor = SwitchOn(flavour, new PolicyScreen(approve: true));
        await using TrezorKeyStore store = await OpenAsync(trezor.Connect());
        IExecutionSigning signing = store.Get<IExecutionSigning>();
        ExecutionAddress account = await signing.GetAddressAsync(SigningCases.Account, confirm: true, CancellationToken.None);
        EthereumSignature signature = await SigningCases.SignAsync(kind, signing, CancellationToken.None);
        Assert.That(account.ToChecksumString(), Is.EqualTo(Address));
        Assert.That(signature.Recover(SigningCases.DigestOf(kind)), Is.EqualTo(account));
    }

    /// <summary>No at each screen, one after the other.</summary>
    [TestCaseSource(nameof(Cases))]
    public async Task Sign_RejectedAtEachScreen_IsTheUsersAndTheNextOneWorks(TrezorFlavour flavour, string kind)
    {
        int screens = 0;
        for (bool isDone = false; !isDone; screens++)
        {
            ScriptedScreen screen = new();
            for (int i = 0; i < screens; i++)
            {
                screen.Answer(approve: true);
            }

            screen.Answer(approve: false);
            for (int i = 0; i < 100; i++)
            {
                screen.Answer(approve: true);
            }

            await using SoftwareTrezor trezor = SwitchOn(flavour, screen);
            await using TrezorKeyStore store = await OpenAsync(trezor.Connect());
            IExecutionSigning signing = store.Get<IExecutionSigning>();
            try
            {
                await SigningCases.SignAsync(kind, signing, CancellationToken.None);
                isDone = screen.Shown.Count <= screens;
                Assert.That(isDone, "a no was taken for a yes");
            }
            catch (FaultException fault)
            {
                Assert.That(fault.Fault, Is.EqualTo(Fault.UserRejected));
                Assert.That((await SigningCases.SignAsync(kind, signing, CancellationToken.None)).Recover(SigningCases.DigestOf(kind)), Is.Not.Null);
            }
        }

        TestContext.Out.WriteLine($"{screens - 1} screens");
    }

    /// <summary>The plug is pulled before each packet of a signature, either way.</summary>
    [TestCaseSource(nameof(Cases))]
    public async Task Sign_UnpluggedAtEachPacket_IsAFaultAndTheNextOneWorks(TrezorFlavour flavour, string kind)
    {
        await using SoftwareTrezor trezor = SwitchOn(flavour, new PolicyScreen(approve: true));
        int points = 0;
        for (bool isDone = false; !isDone; points += kind == "call" ? 7 : 3)
        {
            try
            {
                await using TrezorKeyStore store = await OpenAsync(new LimitedTransport(trezor.Connect(), points));
                await SigningCases.SignAsync(kind, store.Get<IExecutionSigning>(), CancellationToken.None);
                isDone = true;
            }
            catch (FaultException fault)
            {
                Assert.That(fault.Fault, Is.EqualTo(Fault.DeviceNotFound), $"packet {points}");
            }

            await using TrezorKeyStore next = await OpenAsync(trezor.Connect());
            EthereumSignature signature = await SigningCases.SignAsync(kind, next.Get<IExecutionSigning>(), CancellationToken.None);
            Assert.That(signature.Recover(SigningCases.DigestOf(kind)), Is.Not.Null);
        }

        TestContext.Out.WriteLine($"up to packet {points}");
    }

    /// <summary>The host is stopped while each screen waits: nothing stays on it.</summary>
    [TestCaseSource(nameof(Cases))]
    public async Task Sign_CancelledAtAScreen_TakesTheQuestionBack(TrezorFlavour flavour, string kind)
    {
        ScriptedScreen screen = new();
        await using SoftwareTrezor trezor = SwitchOn(flavour, screen);
        await using TrezorKeyStore store = await OpenAsync(trezor.Connect());
        IExecutionSigning signing = store.Get<IExecutionSigning>();
        using CancellationTokenSource stop = new();
        ValueTask<EthereumSignature> cancelled = SigningCases.SignAsync(kind, signing, stop.Token);
        await screen.WaitForReviewAsync(CancellationToken.None);
        await stop.CancelAsync();
        Assert.That(async () => await cancelled, Throws.InstanceOf<OperationCanceledException>());
        for (int i = 0; i < 100; i++)
        {
            screen.Answer(approve: true);
        }

        Assert.That((await SigningCases.SignAsync(kind, signing, CancellationToken.None)).Recover(SigningCases.DigestOf(kind)), Is.Not.Null);
    }

    /// <summary>A byte of each packet of the request is changed on the way: nothing that was not asked for is given out.</summary>
    [TestCaseSource(nameof(Cases))]
    public async Task Sign_SwappedOnTheWay_GivesNothingOut(TrezorFlavour flavour, string kind)
    {
        await using SoftwareTrezor trezor = SwitchOn(flavour, new PolicyScreen(approve: true));
        int swapped = 0;
        int tried = 0;
        for (bool isDone = false; !isDone; tried++)
        {
            int at = tried;
            bool changed = false;
            int seen = 0;
            SwappingTransport swapping = new(trezor.Connect(), (_, data) =>
            {
                // Continuations, which carry nothing but content.
                if (data[0] == (byte)'?' && data[1] != (byte)'#' && seen++ == at)
                {
                    data[20] ^= 0x01;
                    changed = true;
                }

                return data;
            });
            try
            {
                await using TrezorKeyStore store = await OpenAsync(swapping);
                EthereumSignature signature = await SigningCases.SignAsync(kind, store.Get<IExecutionSigning>(), CancellationToken.None);
                isDone = !changed;
                Assert.That(signature.Recover(SigningCases.DigestOf(kind))?.ToChecksumString(), Is.EqualTo(Address));
            }
            catch (FaultException fault)
            {
                swapped += fault.Fault == Fault.Protocol ? 1 : 0;
            }
        }

        TestContext.Out.WriteLine($"{tried - 1} packets, {swapped} refused");
        Assert.That(swapped, kind == "transfer" ? Is.Not.Negative : Is.Positive);
    }

    private static ValueTask<TrezorKeyStore> OpenAsync(ITransport transport) =>
        TrezorKeyStore.OpenAsync(transport, new ScriptedPerson(), new TrezorOptions(), Trezors.Deadlines, CancellationToken.None);

    private SoftwareTrezor SwitchOn(TrezorFlavour flavour, IDeviceScreen screen) =>
        new(new SoftwareTrezorOptions { Flavour = flavour, Mnemonic = _mnemonic }, screen);
}
