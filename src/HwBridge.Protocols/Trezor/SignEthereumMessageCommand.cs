using System.Buffers;
using Google.Protobuf;
using HwBridge.Core.Bip32;
using HwBridge.Core.Execution;
using HwBridge.Protocols.Trezor.Messages;

namespace HwBridge.Protocols.Trezor;

/// <summary>Signs a message (EIP-191).</summary>
/// <param name="Path">The account.</param>
/// <param name="Message">Its bytes.</param>
public readonly record struct SignEthereumMessageCommand(Bip32Path Path, ReadOnlyMemory<byte> Message) : ITrezorCommand<EthereumSignature>
{
    /// <summary>The most bytes that a Model One takes.</summary>
    public const int ModelOneMaxMessage = 1024;

    /// <inheritdoc/>
    public MessageType Request => MessageType.EthereumSignMessage;

    /// <inheritdoc/>
    public MessageType Answer => MessageType.EthereumMessageSignature;

    /// <inheritdoc/>
    public void Encode(IBufferWriter<byte> payload)
    {
        EthereumSignMessage message = new() { Message = ByteString.CopyFrom(Message.Span) };
        message.AddressN.AddRange(Path.Indices.ToArray());
        message.WriteTo(payload);
    }

    /// <inheritdoc/>
    public EthereumSignature Decode(ReadOnlySpan<byte> payload) =>
        ReadSignature(TrezorMessage.Decode(EthereumMessageSignature.Parser, payload).Signature);

    internal static EthereumSignature ReadSignature(ByteString signature) =>
        EthereumSignature.TryDecode(signature.Span) ?? throw TrezorFault.Protocol("a signature that is none");
}
