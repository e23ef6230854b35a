using HwBridge.Core.Secrets;
using HwBridge.Devices.Ledger;
using HwBridge.Emulators.Ledger;
using HwBridge.Emulators.Screens;
using HwBridge.Emulators.Seeds;
using HwBridge.Shared.Ledger;

namespace HwBridge.Devices.Tests.Ledger;

/// <summary>The software Ledger with the recordings' seed.</summary>
internal static class TestLedger
{
    internal const string SealingKey = "1ae3e28a2e8d7eb416a75c3dd19f0f3fb33134f3db602a1d271fc369abfd4e7d";
    internal const string Peer = "5006c00a052b4513bea48bbf5237be843e475e154c889416cf050e5c9c86e57c";
    internal const string Secret = "a8c6d6833ab47b5adf55e4e2447d19cf35978c7e166b4f0a04c8ebd710b6ea58";

    internal static readonly LedgerOptions Options = new()
    {
        AnswerDeadline = TimeSpan.FromSeconds(10),
        PersonDeadline = TimeSpan.FromSeconds(20),
    };

    internal static SoftwareLedger SwitchOn(IDeviceScreen screen, string passphrase = "")
    {
        using Bip39Mnemonic mnemonic = Bip39Mnemonic.Parse(LedgerRecording.Load("age_identity_default").Mnemonic);
        using SecretBuffer seed = mnemonic.DeriveSeed(passphrase);
        return new SoftwareLedger(seed.Span, screen);
    }

    internal static async ValueTask<LedgerKeyStore> OpenAsync(
        SoftwareLedger ledger, ListeningPerson? person = null, LedgerOptions? options = null)
    {
        (Transports.ITransport transport, Protocols.Framing.IFraming framing) = ledger.Connect();
        return await LedgerKeyStore.OpenAsync(
            transport, framing, person ?? new ListeningPerson(), options ?? Options, CancellationToken.None);
    }
}
