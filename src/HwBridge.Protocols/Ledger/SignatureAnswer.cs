using HwBridge.Core.Execution;

namespace HwBridge.Protocols.Ledger;

/// <summary>v | r | s, the answer of each command that signs.</summary>
internal static class SignatureAnswer
{
    /// <summary>Of a message or of typed data: v is 27 or 28.</summary>
    internal static EthereumSignature OfMessage(string command, ReadOnlySpan<byte> data) => Read(command, data, 27);

    /// <summary>Of a transaction: v is the parity, or the low byte of 35 + 2 × chain id + parity.</summary>
    internal static EthereumSignature OfTransaction(string command, ReadOnlySpan<byte> data, EthereumTransaction transaction) =>
        Read(command, data, transaction.Kind == TransactionKind.Legacy ? unchecked((byte)(35 + (2 * transaction.ChainId))) : (byte)0);

    private static EthereumSignature Read(string command, ReadOnlySpan<byte> data, byte evenV)
    {
        LedgerAnswer.RequireLength(command, data, EthereumSignature.Size);
        byte parity = unchecked((byte)(data[0] - evenV));
        return EthereumSignature.TryDecode([.. data[1..], parity <= 1 ? parity : byte.MaxValue])
            ?? throw LedgerAnswer.Broken(command, $"v of the signature is {data[0]}");
    }
}
