using System.Buffers;
using Google.Protobuf;
using HwBridge.Core.KeyStores;
using HwBridge.Protocols.Trezor.Messages;

namespace HwBridge.Protocols.Trezor;

/// <summary>The Curve25519 key at a path (SLIP-0010 "curve25519 seed"). Silent on an unlocked device unless it is to be shown.</summary>
/// <param name="Path">Hardened elements only, at most 255.</param>
/// <param name="Show">Have the key shown and approved on the screen.</param>
public readonly record struct GetPublicKeyCommand(IReadOnlyList<uint> Path, bool Show) : ITrezorCommand<Curve25519Node>
{
    private const int ChainCodeSize = 32;

    /// <inheritdoc/>
    public MessageType Request => MessageType.GetPublicKey;

    /// <inheritdoc/>
    public MessageType Answer => MessageType.PublicKey;

    /// <inheritdoc/>
    public void Encode(IBufferWriter<byte> payload)
    {
        GetPublicKey message = new() { EcdsaCurveName = SlipIdentity.Curve25519 };
        message.AddressN.Add(Path);
        if (Show)
        {
            message.ShowDisplay = true;
        }

        message.WriteTo(payload);
    }

    /// <inheritdoc/>
    public Curve25519Node Decode(ReadOnlySpan<byte> payload)
    {
        PublicKey answer = TrezorMessage.Decode(PublicKey.Parser, payload);

        // SLIP-0010 puts a zero byte in front of keys on the 25519 curves.
        HDNodeType node = answer.Node;
        ReadOnlySpan<byte> key = node.PublicKey.Span;
        if (key.Length != 1 + X25519PublicKey.Size || key[0] != 0 || !key[1..].ContainsAnyExcept((byte)0))
        {
            throw TrezorFault.Protocol("a public key that is none of Curve25519");
        }

        if (node.Depth != Path.Count || (Path.Count > 0 && node.ChildNum != Path[^1]) || node.ChainCode.Length != ChainCodeSize)
        {
            throw TrezorFault.Protocol("a public key of another path");
        }

        // Made here from the key, so that comparing it with the screen says something about the key.
        string xpub = ExtendedPublicKey.Format((byte)node.Depth, node.Fingerprint, node.ChildNum, node.ChainCode.Span, key);
        return xpub == answer.Xpub
            ? new Curve25519Node(new X25519PublicKey(key[1..]), xpub)
            : throw TrezorFault.Protocol("an extended public key that does not hold the key");
    }
}
