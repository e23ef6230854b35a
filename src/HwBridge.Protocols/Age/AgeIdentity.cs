using HwBridge.Core.Cryptography;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Secrets;

namespace HwBridge.Protocols.Age;

/// <summary>A secret age key of a file that <c>age-keygen</c> wrote, in guarded memory: it opens what a device would.</summary>
public sealed class AgeIdentity : ISealing, IDisposable
{
    /// <summary>The largest identity file, in bytes.</summary>
    public const int MaxFileSize = 16 * 1024;

    private const string Prefix = "age-secret-key-";

    private readonly SecretBuffer _secret;

    private AgeIdentity(SecretBuffer secret) => _secret = secret;

    /// <summary>Reads a file of one identity: comments with #, empty lines, and one <c>AGE-SECRET-KEY-1…</c>.</summary>
    /// <param name="text">The file, in guarded memory.</param>
    /// <param name="source">What to call it in faults, which never repeat its text.</param>
    /// <returns>The caller disposes it.</returns>
    /// <exception cref="FaultException"><see cref="Fault.BadInput"/>: mistyped, of another kind, or not exactly one.</exception>
    public static AgeIdentity Parse(ReadOnlySpan<byte> text, string source)
    {
        SecretBuffer? secret = null;
        try
        {
            int number = 0;
            foreach (Range range in text.Split((byte)'\n'))
            {
                number++;
                ReadOnlySpan<byte> line = text[range].Trim(" \t\r"u8);
                if (line.IsEmpty || line[0] == '#')
                {
                    continue;
                }

                if (secret is not null)
                {
                    throw Bad("has more than one identity", "Give --identity once for each file of one.");
                }

                secret = SecretBuffer.Allocate(X25519.Size);
                if (!Bech32.TryDecodeSecret(line, Prefix, secret.Span))
                {
                    throw Bad(
                        $"has no whole AGE-SECRET-KEY-1… in line {number}",
                        "Give a file as age-keygen writes it; a wallet is named with --device.");
                }
            }

            return new AgeIdentity(secret ?? throw Bad("has no identity", "Give a file as age-keygen writes it."));
        }
        catch
        {
            secret?.Dispose();
            throw;
        }

        FaultException Bad(string what, string remedy) => new(Fault.BadInput, $"{source} {what}", remedy);
    }

    /// <inheritdoc/>
    public ValueTask<X25519PublicKey> GetPublicKeyAsync(bool confirm, CancellationToken cancellationToken) =>
        ValueTask.FromResult(X25519.GetPublicKey(_secret.Span));

    /// <inheritdoc/>
    public ValueTask<SecretBuffer> AgreeAsync(X25519PublicKey peer, CancellationToken cancellationToken)
    {
        SecretBuffer shared = SecretBuffer.Allocate(X25519.Size);
        if (X25519.TryAgree(_secret.Span, peer, shared.Span))
        {
            return ValueTask.FromResult(shared);
        }

        shared.Dispose();
        throw AgeFault.Malformed("the share of an X25519 stanza is a point of low order");
    }

    /// <summary>Wipes the key.</summary>
    public void Dispose() => _secret.Dispose();
}
