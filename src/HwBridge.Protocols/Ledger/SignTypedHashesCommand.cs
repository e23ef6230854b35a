using HwBridge.Core.Bip32;
using HwBridge.Core.Execution;
using HwBridge.Core.Ssz;

namespace HwBridge.Protocols.Ledger;

/// <summary>E00C with P2=00: signs typed data (EIP-712) of which the screen shows two hashes; needs blind signing.</summary>
/// <param name="Path">Under m/44'/60' or m/45'.</param>
/// <param name="DomainSeparator">hashStruct of the domain.</param>
/// <param name="MessageHash">hashStruct of the message.</param>
public readonly record struct SignTypedHashesCommand(Bip32Path Path, Bytes32 DomainSeparator, Bytes32 MessageHash)
    : ILedgerCommand<EthereumSignature>
{
    /// <inheritdoc/>
    public string Name => "SIGN_EIP_712_MESSAGE (E00C), hashes";

    /// <inheritdoc/>
    public bool NeedsApproval => true;

    /// <inheritdoc/>
    public int Encode(Span<byte> apdu) => new CommandApdu(
        EthereumApp.Cla,
        EthereumApp.SignTypedData,
        0,
        EthereumApp.TypedHashes,
        PathCodec.Before(Path, [.. DomainSeparator.ToArray(), .. MessageHash.ToArray()])).Encode(apdu);

    /// <inheritdoc/>
    public EthereumSignature Parse(ReadOnlySpan<byte> data) => SignatureAnswer.OfMessage(Name, data);
}
