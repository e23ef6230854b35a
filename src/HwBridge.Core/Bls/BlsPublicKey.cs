using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace HwBridge.Core.Bls;

/// <summary>
/// A validator's public key: a compressed point of BLS12-381 G1, 48 bytes (ZCash encoding, big-endian x with flags).
/// An instance is always on the curve, in the subgroup and not infinity; <c>default</c> is no key.
/// </summary>
public readonly struct BlsPublicKey : IEquatable<BlsPublicKey>
{
    /// <summary>The encoded size in bytes.</summary>
    public const int Size = 48;

    private readonly Bytes _bytes;

    private BlsPublicKey(ReadOnlySpan<byte> compressed) => compressed.CopyTo(_bytes);

    /// <summary>The key of 48 checked bytes.</summary>
    /// <param name="compressed">The encoding.</param>
    /// <param name="key">The key when the point is valid.</param>
    /// <returns>Why the point is refused, or <see cref="PointValidity.Valid"/>.</returns>
    public static PointValidity TryDecode(ReadOnlySpan<byte> compressed, out BlsPublicKey key)
    {
        key = default;
        if (compressed.Length != Size)
        {
            return PointValidity.WrongLength;
        }

        PointValidity validity = Bls12381.Default.ValidatePublicKey(compressed);
        if (validity == PointValidity.Valid)
        {
            key = new BlsPublicKey(compressed);
        }

        return validity;
    }

    /// <summary>Reads 96 hex digits, with or without 0x.</summary>
    public static PointValidity TryParse([NotNullWhen(true)] string? text, out BlsPublicKey key)
    {
        key = default;
        ReadOnlySpan<char> digits = text.AsSpan();
        if (digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            digits = digits[2..];
        }

        Span<byte> bytes = stackalloc byte[Size];
        if (digits.Length != 2 * Size)
        {
            return PointValidity.WrongLength;
        }

        return Convert.FromHexString(digits, bytes, out _, out _) == System.Buffers.OperationStatus.Done
            ? TryDecode(bytes, out key)
            : PointValidity.NotHex;
    }

    /// <summary>Copies the 48 bytes.</summary>
    public void CopyTo(Span<byte> destination) => ((ReadOnlySpan<byte>)_bytes).CopyTo(destination);

    /// <summary>Equal bytes.</summary>
    public static bool operator ==(BlsPublicKey left, BlsPublicKey right) => left.Equals(right);

    /// <summary>Unequal bytes.</summary>
    public static bool operator !=(BlsPublicKey left, BlsPublicKey right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(BlsPublicKey other) => ((ReadOnlySpan<byte>)_bytes).SequenceEqual(other._bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is BlsPublicKey other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => BitConverter.ToInt32(((ReadOnlySpan<byte>)_bytes)[40..]);

    /// <summary>0x and 96 lower-case hex digits.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"0x{Convert.ToHexStringLower(_bytes)}");

    /// <summary>Wraps bytes that a backend has just computed from a secret key: no second check is due.</summary>
    internal static BlsPublicKey Computed(ReadOnlySpan<byte> compressed) => new(compressed);

    [InlineArray(Size)]
    private struct Bytes
    {
        private byte _first;
    }
}
