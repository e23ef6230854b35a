using System.Buffers.Binary;

namespace HwBridge.Emulators.Seeds;

/// <summary>The 78-byte form of extended keys. BIP-32 §Serialization format; versions by SLIP-0132.</summary>
internal static class ExtendedKeys
{
    /// <summary>Version, depth, parent fingerprint, child number, chain code, public key.</summary>
    internal static byte[] Public(Slip10Node node, uint version)
    {
        byte[] bytes = Head(node, version);
        node.PublicKey.CopyTo(bytes.AsSpan(45));
        return bytes;
    }

    /// <summary>The same with 0x00 and the private key; the caller's to wipe.</summary>
    internal static byte[] Private(Slip10Node node, uint version)
    {
        byte[] bytes = Head(node, version);
        node.PrivateKey.CopyTo(bytes.AsSpan(46));
        return bytes;
    }

    private static byte[] Head(Slip10Node node, uint version)
    {
        byte[] bytes = new byte[78];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, version);
        bytes[4] = (byte)node.Depth;
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(5), node.ParentFingerprint);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(9), node.ChildNumber);
        node.ChainCode.CopyTo(bytes.AsSpan(13));
        return bytes;
    }
}
