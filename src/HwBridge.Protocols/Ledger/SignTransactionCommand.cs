using HwBridge.Core.Bip32;
using HwBridge.Core.Execution;

namespace HwBridge.Protocols.Ledger;

/// <summary>E004: signs a transaction, path | transaction in parts of up to 255 bytes.</summary>
/// <remarks>
/// The first part has at least one byte of the transaction. A legacy transaction is never cut within its last three items (chain id and two
/// empty ones): older apps take one that ends before them for a transaction of before EIP-155, and sign that.
/// </remarks>
public sealed class SignTransactionCommand : ILedgerCommand<EthereumSignature>
{
    private readonly Bip32Path _path;
    private readonly EthereumTransaction _transaction;
    private readonly byte[] _payload;
    private readonly int[] _cuts;

    /// <summary>Signs <paramref name="transaction"/> with the key at <paramref name="path"/>.</summary>
    public SignTransactionCommand(Bip32Path path, EthereumTransaction transaction)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(transaction);
        (_path, _transaction) = (path, transaction);
        _payload = PathCodec.Before(path, transaction.Encode());
        int end = transaction.Kind == TransactionKind.Legacy ? RlpItem.Of(transaction.ChainId).Encode().Length + 2 : 0;
        _cuts = PathCodec.Cut(_payload.Length, end);
    }

    /// <inheritdoc/>
    public string Name => "SIGN (E004)";

    /// <inheritdoc/>
    public bool NeedsApproval => true;

    /// <inheritdoc/>
    public int Links => _cuts.Length - 1;

    /// <summary>Writes the first part.</summary>
    /// <inheritdoc/>
    public int Encode(Span<byte> apdu) => EncodeLink(0, apdu);

    /// <inheritdoc/>
    public int EncodeLink(int link, Span<byte> apdu) => new CommandApdu(
        EthereumApp.Cla,
        EthereumApp.Sign,
        link == 0 ? (byte)0 : EthereumApp.FollowingPart,
        0,
        _payload.AsSpan(_cuts[link].._cuts[link + 1])).Encode(apdu);

    /// <inheritdoc/>
    public int EncodeAbandon(Span<byte> apdu) => new GetPublicKeyCommand(_path).Encode(apdu);

    /// <inheritdoc/>
    public EthereumSignature Parse(ReadOnlySpan<byte> data) => SignatureAnswer.OfTransaction(Name, data, _transaction);
}
