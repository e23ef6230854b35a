using System.Runtime.CompilerServices;

namespace HwBridge.Core.KeyStores;

/// <summary>A u-coordinate of Curve25519: 32 bytes, little-endian (RFC 7748 § 5).</summary>
public readonly struct X25519PublicKey : IEquatable<X25519PublicKey>
{
    /// <summary>The size in bytes.</summary>
    public const int Size = 32;

    private readonly Bytes _bytes;

    /// <summary>Copies 32 bytes.</summary>
    public X25519PublicKey(ReadOnlySpan<byte> littleEndian)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(littleEndian.Length, Size);
        littleEndian.CopyTo(_bytes);
    }

    /// <summary>Copies the 32 bytes out.</summary>
    public void CopyTo(Span<byte> destination) => ((ReadOnlySpan<byte>)_bytes).CopyTo(destination);

    /// <summary>The 32 bytes.</summary>
    public byte[] ToArray() => ((ReadOnlySpan<byte>)_bytes).ToArray();

    /// <summary>Equal bytes.</summary>
    public static bool operator ==(X25519PublicKey left, X25519PublicKey right) => left.Equals(right);

    /// <summary>Unequal bytes.</summary>
    public static bool operator !=(X25519PublicKey left, X25519PublicKey right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(X25519PublicKey other) => ((ReadOnlySpan<byte>)_bytes).SequenceEqual(other._bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is X25519PublicKey other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => BitConverter.ToInt32(_bytes);

    /// <summary>64 hex digits.</summary>
    public override string ToString() => Convert.ToHexStringLower(_bytes);

    [InlineArray(Size)]
    private struct Bytes
    {
        private byte _first;
    }
}
