using HwBridge.Protocols.Ledger;

namespace HwBridge.Bench.Exchange;

/// <summary>E00E as the program sends it, and its 48 bytes without a look at curve and subgroup.</summary>
internal readonly record struct UncheckedValidatorKey(GetEth2PublicKeyCommand Command) : ILedgerCommand<byte[]>
{
    public string Name => Command.Name;

    public bool NeedsApproval => Command.NeedsApproval;

    public bool IdentifiesWallet => Command.IdentifiesWallet;

    public int Encode(Span<byte> apdu) => Command.Encode(apdu);

    public byte[] Parse(ReadOnlySpan<byte> data) => data.ToArray();
}
