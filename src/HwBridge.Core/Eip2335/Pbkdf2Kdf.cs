using System.Globalization;
using System.Security.Cryptography;
using HwBridge.Core.Faults;

namespace HwBridge.Core.Eip2335;

/// <summary>PBKDF2 (RFC 8018) with HMAC-SHA-256.</summary>
/// <remarks>Bounds: c 1 to 2²⁴ (64 times the usual work).</remarks>
public sealed record Pbkdf2Kdf : KeystoreKdf
{
    /// <summary>The largest c.</summary>
    internal const int MaxC = 1 << 24;

    /// <summary>A cost within the bounds.</summary>
    /// <exception cref="FaultException">A bound is not kept (<see cref="Fault.BadInput"/>).</exception>
    public Pbkdf2Kdf(int c)
    {
        if (c is < 1 or > MaxC)
        {
            string cause = string.Create(CultureInfo.InvariantCulture, $"PBKDF2's c must be 1 to {MaxC}, is {c}");
            throw new FaultException(Fault.BadInput, cause, "Use c = 262144, as the deposit tools do.");
        }

        C = c;
    }

    /// <summary>The number of iterations.</summary>
    public int C { get; }

    /// <inheritdoc/>
    public override long MemoryBytes => 1024;

    internal override void Derive(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, Span<byte> key) =>
        Rfc2898DeriveBytes.Pbkdf2(password, salt, key, C, HashAlgorithmName.SHA256);
}
