using System.Globalization;
using System.Numerics;
using HwBridge.Core.Faults;

namespace HwBridge.Core.Eip2335;

/// <summary>scrypt (RFC 7914) over HMAC-SHA-256.</summary>
/// <remarks>
/// Bounds: n a power of two from 2 and below 2^(16·r) (RFC 7914 § 6), r and p 1 to 128, 128·n·r at most 1 GiB of memory, n·r·p at most
/// 2²⁵ (16 times the usual work).
/// </remarks>
public sealed record ScryptKdf : KeystoreKdf
{
    /// <summary>The largest r, and the largest p.</summary>
    internal const int MaxFactor = 128;

    /// <summary>The largest n that some r allows.</summary>
    internal const int MaxN = 1 << 22;

    private const long MaxMemory = 1L << 30;
    private const long MaxWork = 1L << 25;

    /// <summary>A cost within the bounds.</summary>
    /// <exception cref="FaultException">A bound is not kept (<see cref="Fault.BadInput"/>).</exception>
    public ScryptKdf(int n, int r, int p)
    {
        if (Refusal(n, r, p) is { } cause)
        {
            throw new FaultException(Fault.BadInput, cause, "Use n = 262144, r = 8, p = 1, as the deposit tools do.");
        }

        (N, R, P) = (n, r, p);
    }

    /// <summary>The number of blocks, a power of two.</summary>
    public int N { get; }

    /// <summary>The block size in units of 128 bytes.</summary>
    public int R { get; }

    /// <summary>How many times in a row.</summary>
    public int P { get; }

    /// <inheritdoc/>
    public override long MemoryBytes => 128L * R * (N + P + 2);

    /// <summary>Why this cost is refused, or null.</summary>
    internal static string? Refusal(long n, long r, long p)
    {
        if (n is < 2 or > MaxN || !BitOperations.IsPow2(n))
        {
            return string.Create(CultureInfo.InvariantCulture, $"scrypt's n must be a power of two, 2 to {MaxN}, is {n}");
        }

        if (r is < 1 or > MaxFactor || p is < 1 or > MaxFactor)
        {
            return string.Create(CultureInfo.InvariantCulture, $"scrypt's r and p must be 1 to {MaxFactor}, are {r} and {p}");
        }

        FormattableString? cause = null;
        if (BitOperations.Log2((ulong)n) >= 16 * r)
        {
            cause = $"scrypt with r = {r} needs n below 2^{16 * r} (RFC 7914 § 6), is {n}";
        }
        else if (128 * n * r > MaxMemory)
        {
            cause = $"scrypt with n = {n} and r = {r} would take {128 * n * r >> 20} MiB of memory (limit {MaxMemory >> 20})";
        }
        else if (n * r * p > MaxWork)
        {
            cause = $"scrypt with n = {n}, r = {r} and p = {p} would take {n * r * p >> 21} times the usual work (limit {MaxWork >> 21})";
        }

        return cause?.ToString(CultureInfo.InvariantCulture);
    }

    internal override void Derive(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, Span<byte> key) =>
        NativeScrypt.Derive(password, salt, this, key);
}
