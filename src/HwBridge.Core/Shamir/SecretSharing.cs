using HwBridge.Core.Secrets;

namespace HwBridge.Core.Shamir;

/// <summary>
/// Shamir's secret sharing of each byte over GF(2^8): any <c>threshold</c> shares give the secret, fewer tell nothing of it
/// (A. Shamir, How to Share a Secret, CACM 22 (11), 1979). The same field and the same points as HashiCorp Vault's.
/// </summary>
/// <remarks>
/// Every coefficient is uniformly random, the highest one too, which may be zero: were it never zero, the holders of all shares but one could
/// rule out a value of each byte.
/// </remarks>
public static class SecretSharing
{
    /// <summary>The most shares: every x but 0, where the secret is.</summary>
    public const int MaxShares = 255;

    /// <summary>Shares a secret.</summary>
    /// <param name="secret">Any bytes.</param>
    /// <param name="threshold">How many shares give it back, 2 to <paramref name="count"/>.</param>
    /// <param name="count">How many shares, up to <see cref="MaxShares"/>.</param>
    /// <returns>The shares with x = 1, 2, …; the caller disposes each.</returns>
    public static IReadOnlyList<SecretShare> Split(SecretBuffer secret, int threshold, int count)
    {
        ArgumentNullException.ThrowIfNull(secret);
        ArgumentOutOfRangeException.ThrowIfLessThan(threshold, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(threshold, count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, MaxShares);
        using SecretBuffer coefficients = SecretBuffer.Random((threshold - 1) * secret.Length);
        SecretShare[] shares = new SecretShare[count];
        for (int i = 0; i < count; i++)
        {
            shares[i] = new SecretShare((byte)(i + 1), SecretBuffer.Allocate(secret.Length));
            Evaluate(secret.Span, coefficients.Span, shares[i].X, shares[i].Y.Span);
        }

        return shares;
    }

    /// <summary>The secret of as many shares as its threshold; of fewer, or of foreign ones, other bytes, which nothing here tells.</summary>
    /// <param name="shares">At least one, of one length, each x once and none 0.</param>
    /// <returns>As many bytes as each share has; the caller disposes them.</returns>
    public static SecretBuffer Join(IReadOnlyList<SecretShare> shares)
    {
        ArgumentNullException.ThrowIfNull(shares);
        ArgumentOutOfRangeException.ThrowIfZero(shares.Count);
        if (shares.Any(static share => share.X == 0) || shares.DistinctBy(static share => share.X).Count() < shares.Count
            || shares.Any(share => share.Y.Length != shares[0].Y.Length))
        {
            throw new ArgumentException("shares have one length and distinct x other than 0", nameof(shares));
        }

        SecretBuffer secret = SecretBuffer.Allocate(shares[0].Y.Length);
        foreach (SecretShare share in shares)
        {
            byte weight = WeightAtZero(share.X, shares);
            Span<byte> sum = secret.Span;
            ReadOnlySpan<byte> y = share.Y.Span;
            for (int i = 0; i < sum.Length; i++)
            {
                sum[i] ^= GaloisField.Multiply(weight, y[i]);
            }
        }

        return secret;
    }

    /// <summary>The polynomials' values at one point, by Horner's rule.</summary>
    /// <param name="secret">The constant coefficients.</param>
    /// <param name="coefficients">Those of x¹ for every byte, then those of x², and so on.</param>
    /// <param name="x">The point.</param>
    /// <param name="y">Receives a value for each byte.</param>
    internal static void Evaluate(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> coefficients, byte x, Span<byte> y)
    {
        y.Clear();
        for (int start = coefficients.Length - secret.Length; start >= 0; start -= secret.Length)
        {
            Step(coefficients.Slice(start, secret.Length), x, y);
        }

        Step(secret, x, y);

        static void Step(ReadOnlySpan<byte> addends, byte x, Span<byte> y)
        {
            for (int i = 0; i < y.Length; i++)
            {
                y[i] = (byte)(GaloisField.Multiply(y[i], x) ^ addends[i]);
            }
        }
    }

    /// <summary>The Lagrange coefficient of one share at x = 0.</summary>
    private static byte WeightAtZero(byte x, IReadOnlyList<SecretShare> shares)
    {
        byte weight = 1;
        foreach (SecretShare other in shares)
        {
            if (other.X != x)
            {
                weight = GaloisField.Multiply(weight, GaloisField.Multiply(other.X, GaloisField.Invert((byte)(other.X ^ x))));
            }
        }

        return weight;
    }
}
