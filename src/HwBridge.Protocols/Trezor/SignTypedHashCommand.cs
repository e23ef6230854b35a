using System.Buffers;
using Google.Protobuf;
using HwBridge.Core.Bip32;
using HwBridge.Core.Execution;
using HwBridge.Core.Ssz;
using HwBridge.Protocols.Trezor.Messages;

namespace HwBridge.Protocols.Trezor;

/// <summary>Signs typed data (EIP-712) of which the screen of a Model One shows two hashes; core firmware does not know it.</summary>
/// <param name="Path">The account.</param>
/// <param name="DomainSeparator">hashStruct of the domain.</param>
/// <param name="MessageHash">hashStruct of the message; null where the domain is all that is signed.</param>
public readonly record struct SignTypedHashCommand(Bip32Path Path, Bytes32 DomainSeparator, Bytes32? MessageHash)
    : ITrezorCommand<EthereumSignature>
{
    /// <inheritdoc/>
    public MessageType Request => MessageType.EthereumSignTypedHash;

    /// <inheritdoc/>
    public MessageType Answer => MessageType.EthereumTypedDataSignature;

    /// <inheritdoc/>
    public void Encode(IBufferWriter<byte> payload)
    {
        EthereumSignTypedHash message = new() { DomainSeparatorHash = ByteString.CopyFrom(DomainSeparator.ToArray()) };
        message.AddressN.AddRange(Path.Indices.ToArray());
        if (MessageHash is { } hash)
        {
            message.MessageHash = ByteString.CopyFrom(hash.ToArray());
        }

        message.WriteTo(payload);
    }

    /// <inheritdoc/>
    public EthereumSignature Decode(ReadOnlySpan<byte> payload) =>
        SignEthereumMessageCommand.ReadSignature(TrezorMessage.Decode(EthereumTypedDataSignature.Parser, payload).Signature);
}
