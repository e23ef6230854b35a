using System.Buffers;
using Google.Protobuf;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Trezor.Messages;

namespace HwBridge.Protocols.Trezor;

/// <summary>SLIP-0017 on Curve25519: key agreement with the key of an identity. The device always asks, showing the identity.</summary>
/// <param name="Identity">Whose key.</param>
/// <param name="Peer">The other side's public key.</param>
public readonly record struct GetEcdhSessionKeyCommand(SlipIdentity Identity, X25519PublicKey Peer) : ITrezorCommand<EcdhSessionKey>
{
    // What libsodium and the firmware put before a Curve25519 public key, and before the raw secret.
    private const byte PeerPrefix = 0x40;
    private const byte SecretPrefix = 0x04;

    /// <inheritdoc/>
    public MessageType Request => MessageType.GetEcdhSessionKey;

    /// <inheritdoc/>
    public MessageType Answer => MessageType.EcdhSessionKey;

    /// <inheritdoc/>
    public void Encode(IBufferWriter<byte> payload)
    {
        Span<byte> peer = stackalloc byte[1 + X25519PublicKey.Size];
        peer[0] = PeerPrefix;
        Peer.CopyTo(peer[1..]);
        GetECDHSessionKey message = new()
        {
            Identity = Identity.ToMessage(),
            PeerPublicKey = ByteString.CopyFrom(peer),
            EcdsaCurveName = SlipIdentity.Curve25519,
        };
        message.WriteTo(payload);
    }

    /// <inheritdoc/>
    public EcdhSessionKey Decode(ReadOnlySpan<byte> payload)
    {
        ReadOnlySpan<byte> secret = default;
        ReadOnlySpan<byte> key = default;
        WireReader reader = new(payload);
        while (reader.Read())
        {
            if (reader is { Number: 1, Type: WireType.Bytes })
            {
                secret = reader.Bytes;
            }
            else if (reader is { Number: 2, Type: WireType.Bytes })
            {
                key = reader.Bytes;
            }
        }

        if (secret.Length == 1 + X25519PublicKey.Size && secret[0] == SecretPrefix)
        {
            secret = secret[1..];
        }

        if (secret.Length != X25519PublicKey.Size)
        {
            throw TrezorFault.Protocol("an ECDHSessionKey that does not hold 32 bytes");
        }

        if (!key.IsEmpty && (key.Length != 1 + X25519PublicKey.Size || key[0] != 0))
        {
            throw TrezorFault.Protocol("an ECDHSessionKey with a public key that is none of Curve25519");
        }

        // RFC 7748 § 6.1: all zero means that the peer's key has small order; both firmwares hand it out.
        if (SecretBuffer.IsZero(secret))
        {
            throw new FaultException(
                Fault.BadInput,
                "the key agreement gave an all-zero secret: the peer's public key has small order",
                "Do not trust where this file or key comes from: no honest program makes such a key.");
        }

        return new EcdhSessionKey(SecretBuffer.CopyOf(secret), key.IsEmpty ? null : new X25519PublicKey(key[1..]));
    }
}
