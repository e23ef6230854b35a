using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using HwBridge.Emulators.Seeds;
using HwBridge.Protocols.Trezor.Messages;

namespace HwBridge.Emulators.Trezor;

/// <summary>The URI of an identity, and the path that belongs to it. SLIP-0013 §HD structure, SLIP-0017.</summary>
internal static class IdentityPath
{
    internal const uint SigningPurpose = 13;
    internal const uint AgreementPurpose = 17;

    /// <summary><c>proto://user@host:port/path</c>, without the parts that are empty.</summary>
    internal static string Uri(IdentityType identity) => string.Concat(
        identity.Proto.Length > 0 ? identity.Proto + "://" : "",
        identity.User.Length > 0 ? identity.User + "@" : "",
        identity.Host,
        identity.Port.Length > 0 ? ":" + identity.Port : "",
        identity.Path);

    /// <summary>Five hardened elements: the purpose, and 16 bytes of SHA-256(index || URI), all little endian.</summary>
    internal static uint[] Of(uint purpose, IdentityType identity)
    {
        byte[] hashed = [0, 0, 0, 0, .. Encoding.UTF8.GetBytes(Uri(identity))];
        BinaryPrimitives.WriteUInt32LittleEndian(hashed, identity.Index);
        byte[] hash = SHA256.HashData(hashed);
        uint[] path = [purpose | Slip10Node.Hardened, 0, 0, 0, 0];
        for (int i = 1; i < path.Length; i++)
        {
            path[i] = BinaryPrimitives.ReadUInt32LittleEndian(hash.AsSpan((i - 1) * sizeof(uint))) | Slip10Node.Hardened;
        }

        return path;
    }
}
