using System.Buffers;
using Google.Protobuf;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Trezor.Messages;

namespace HwBridge.Protocols.Trezor;

/// <summary>
/// SLIP-0011: AES-256-CBC without padding under a key that only this seed gives at <paramref name="Path"/> for <paramref name="Key"/>
/// and the two flags; the screen shows the key text.
/// </summary>
/// <param name="Path">Any path; hardened elements are advised.</param>
/// <param name="Key">What the screen shows, at most 255 bytes of UTF-8.</param>
/// <param name="Value">Not a secret: 0 … 1024 bytes, a multiple of 16.</param>
/// <param name="Encrypt">False decrypts.</param>
/// <param name="AskOnEncrypt">Confirm when encrypting; part of the key.</param>
/// <param name="AskOnDecrypt">Confirm when decrypting; part of the key.</param>
/// <param name="Iv">16 bytes, or empty: the one that the key text gives.</param>
public readonly record struct CipherKeyValueCommand(
    IReadOnlyList<uint> Path,
    string Key,
    ReadOnlyMemory<byte> Value,
    bool Encrypt,
    bool AskOnEncrypt,
    bool AskOnDecrypt,
    ReadOnlyMemory<byte> Iv = default) : ITrezorCommand<SecretBuffer>
{
    /// <inheritdoc/>
    public MessageType Request => MessageType.CipherKeyValue;

    /// <inheritdoc/>
    public MessageType Answer => MessageType.CipheredKeyValue;

    /// <inheritdoc/>
    public void Encode(IBufferWriter<byte> payload)
    {
        CipherKeyValue message = new()
        {
            Key = Key,
            Value = ByteString.CopyFrom(Value.Span),
            Encrypt = Encrypt,
            AskOnEncrypt = AskOnEncrypt,
            AskOnDecrypt = AskOnDecrypt,
        };
        message.AddressN.Add(Path);
        if (!Iv.IsEmpty)
        {
            message.Iv = ByteString.CopyFrom(Iv.Span);
        }

        message.WriteTo(payload);
    }

    /// <summary>The answer: as many bytes as <see cref="Value"/>; the caller disposes them.</summary>
    public SecretBuffer Decode(ReadOnlySpan<byte> payload)
    {
        ReadOnlySpan<byte> value = default;
        bool found = false;
        WireReader reader = new(payload);
        while (reader.Read())
        {
            if (reader is { Number: 1, Type: WireType.Bytes })
            {
                value = reader.Bytes;
                found = true;
            }
        }

        return found && value.Length == Value.Length
            ? SecretBuffer.CopyOf(value)
            : throw TrezorFault.Protocol($"a CipheredKeyValue that does not hold {Value.Length} bytes");
    }
}
