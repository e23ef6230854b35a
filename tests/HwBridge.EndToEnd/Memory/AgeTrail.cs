using System.Security.Cryptography;
using System.Text;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Age;

namespace HwBridge.EndToEnd.Memory;

/// <summary>All that opening an age file passes through, from a shared secret to the plaintext.</summary>
internal static class AgeTrail
{
    /// <summary>The secrets of a backup.</summary>
    /// <param name="path">The file.</param>
    /// <param name="recipient">The device.</param>
    /// <param name="shared">What the device agreed on for its stanza.</param>
    internal static IReadOnlyList<Secret> Of(string path, X25519PublicKey recipient, byte[] shared)
    {
        AgeFile file = AgeFile.Parse(File.ReadAllBytes(path));
        foreach (AgeStanza stanza in file.Header.Stanzas)
        {
            using SecretBuffer agreed = SecretBuffer.CopyOf(shared);
            if (!X25519Stanza.TryParse(stanza, out X25519Stanza? wrapped) || wrapped.TryUnwrap(recipient, agreed) is not { } fileKey)
            {
                continue;
            }

            using (fileKey)
            {
                byte[] salt = [.. wrapped.EphemeralShare.ToArray(), .. recipient.ToArray()];
                byte[] nonce = file.Payload[..AgePayload.NonceSize].ToArray();
                using SecretBuffer document = file.Decrypt(fileKey);
                string[] lines = Encoding.UTF8.GetString(document.Span).Split('\n');
                return
                [
                    Secret.OfBytes(SecretNames.Shared, shared),
                    Secret.OfBytes(SecretNames.WrapKey, Derive(shared, salt, "age-encryption.org/v1/X25519")),
                    Secret.OfBytes(SecretNames.FileKey, fileKey.Span),
                    Secret.OfBytes(SecretNames.HeaderKey, Derive(fileKey.Span, [], "header")),
                    Secret.OfBytes(SecretNames.PayloadKey, Derive(fileKey.Span, nonce, "payload")),
                    .. from line in lines
                       let digits = line.IndexOf("0x", StringComparison.Ordinal) + 2
                       where line.Contains("\"secret\"", StringComparison.Ordinal)
                       select Secret.OfLine(SecretNames.Document, line, least: digits + 16),
                ];
            }
        }

        throw new AssertionException($"{path} has no stanza for this shared secret");
    }

    private static byte[] Derive(ReadOnlySpan<byte> key, ReadOnlySpan<byte> salt, string info)
    {
        byte[] derived = new byte[32];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key, derived, salt, Encoding.ASCII.GetBytes(info));
        return derived;
    }
}
