using System.Security.Cryptography;
using System.Text;
using HwBridge.Core.Secrets;
using HwBridge.Emulators.Seeds;
using HwBridge.Protocols.Trezor.Messages;

namespace HwBridge.Emulators.Trezor;

/// <summary>
/// CipherKeyValue: AES-256-CBC without padding, under a key that the seed, the path, the text and both flags give. SLIP-0011.
/// </summary>
internal static class Slip11Cipher
{
    internal const int BlockSize = 16;

    /// <summary>The ciphered or deciphered value, as long as the request's.</summary>
    internal static byte[] Transform(ReadOnlySpan<byte> seed, CipherKeyValue request)
    {
        using Slip10Node master = Slip10Node.FromSeed(Slip10Curve.Secp256k1, seed);
        using Slip10Node node = master.Derive([.. request.AddressN]);
        byte[] text = Encoding.UTF8.GetBytes(request.Key + (request.AskOnEncrypt ? "E1" : "E0") + (request.AskOnDecrypt ? "D1" : "D0"));
        using SecretBuffer derived = SecretBuffer.Allocate(HMACSHA512.HashSizeInBytes);
        HMACSHA512.HashData(node.PrivateKey, text, derived.Span);

        // An iv of any other size is ignored, as both firmwares do.
        ReadOnlySpan<byte> iv = request.Iv.Length == BlockSize ? request.Iv.Span : derived.Span.Slice(32, BlockSize);
        using Aes aes = Aes.Create();
        aes.SetKey(derived.Span[..32]);
        return request.Encrypt
            ? aes.EncryptCbc(request.Value.Span, iv, PaddingMode.None)
            : aes.DecryptCbc(request.Value.Span, iv, PaddingMode.None);
    }
}
