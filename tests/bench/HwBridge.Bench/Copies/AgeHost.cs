using System.Security.Cryptography;
using HwBridge.Core.Cryptography;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Age;
using Microsoft.Win32.SafeHandles;

namespace HwBridge.Bench.Copies;

/// <summary>The layer under every command that reads or writes backups, as a process of its own: a file in, a file out.</summary>
internal static class AgeHost
{
    internal const string Argument = "--age-host";

    internal const string Encryption = "encrypt";
    internal const string EncryptionWithDigest = "encrypt-digest";
    internal const string Decryption = "decrypt";

    /// <summary>Encrypts to, or decrypts with, a key whose 32 bytes stand in a file.</summary>
    internal static void Run(string direction, string identity, string from, string to)
    {
        using SecretBuffer secret = SecretBuffer.CopyOf(File.ReadAllBytes(identity));
        X25519PublicKey recipient = X25519.GetPublicKey(secret.Span);
        using SafeFileHandle source = File.OpenHandle(from);
        using SafeFileHandle destination = File.OpenHandle(to, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
        long length = RandomAccess.GetLength(source);
        if (direction == Decryption)
        {
            byte[] start = new byte[4096];
            AgeHeader header = AgeHeader.Parse(start.AsSpan(0, RandomAccess.Read(source, start, 0)));
            _ = X25519Stanza.TryParse(header.Stanzas[0], out X25519Stanza? stanza);
            using SecretBuffer shared = SecretBuffer.Allocate(X25519.Size);
            _ = X25519.TryAgree(secret.Span, stanza!.EphemeralShare, shared.Span);
            using SecretBuffer fileKey = stanza.TryUnwrap(recipient, shared) ?? throw new CryptographicException("another's file");
            PayloadPipeline.Decrypt(
                fileKey,
                length - header.Length,
                (offset, bytes) => Read(source, header.Length + offset, bytes),
                (offset, bytes) => RandomAccess.Write(destination, bytes, offset),
                CancellationToken.None);
            return;
        }

        using SecretBuffer newKey = SecretBuffer.Random(AgeFile.FileKeySize);
        AgeFile.Encrypt(
            newKey,
            [X25519Stanza.Wrap(newKey, recipient)],
            RandomNumberGenerator.GetBytes(AgePayload.NonceSize),
            length,
            (offset, bytes) => Read(source, offset, bytes),
            (offset, bytes) => RandomAccess.Write(destination, bytes, offset),
            withDigest: direction == EncryptionWithDigest,
            CancellationToken.None);
    }

    private static void Read(SafeFileHandle file, long offset, Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            int count = RandomAccess.Read(file, destination, offset);
            if (count == 0)
            {
                throw new EndOfStreamException();
            }

            offset += count;
            destination = destination[count..];
        }
    }
}
