using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using HwBridge.Core.Json;

namespace HwBridge.Core.Ssz;

/// <summary>32 bytes of the consensus layer: a root, a domain, withdrawal credentials, a chunk of a Merkle tree.</summary>
public readonly struct Bytes32 : IEquatable<Bytes32>, IComparable<Bytes32>
{
    /// <summary>The size in bytes.</summary>
    public const int Size = 32;

    private readonly Bytes _bytes;

    /// <summary>Copies 32 bytes.</summary>
    public Bytes32(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, Size);
        bytes.CopyTo(_bytes);
    }

    /// <summary>Reads 64 hex digits, with or without 0x.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Bytes32 value)
    {
        value = default;
        ReadOnlySpan<char> digits = text.AsSpan();
        if (digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            digits = digits[2..];
        }

        Span<byte> bytes = stackalloc byte[Size];
        if (digits.Length != 2 * Size || Convert.FromHexString(digits, bytes, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            return false;
        }

        value = new Bytes32(bytes);
        return true;
    }

    /// <summary>Copies the 32 bytes.</summary>
    public void CopyTo(Span<byte> destination) => ((ReadOnlySpan<byte>)_bytes).CopyTo(destination);

    /// <summary>A copy of the 32 bytes.</summary>
    public byte[] ToArray() => ((ReadOnlySpan<byte>)_bytes).ToArray();

    /// <summary>Equal bytes.</summary>
    public static bool operator ==(Bytes32 left, Bytes32 right) => left.Equals(right);

    /// <summary>Unequal bytes.</summary>
    public static bool operator !=(Bytes32 left, Bytes32 right) => !left.Equals(right);

    /// <summary>As big-endian numbers.</summary>
    public static bool operator <(Bytes32 left, Bytes32 right) => left.CompareTo(right) < 0;

    /// <summary>As big-endian numbers.</summary>
    public static bool operator <=(Bytes32 left, Bytes32 right) => left.CompareTo(right) <= 0;

    /// <summary>As big-endian numbers.</summary>
    public static bool operator >(Bytes32 left, Bytes32 right) => left.CompareTo(right) > 0;

    /// <summary>As big-endian numbers.</summary>
    public static bool operator >=(Bytes32 left, Bytes32 right) => left.CompareTo(right) >= 0;

    /// <summary>As big-endian numbers.</summary>
    public int CompareTo(Bytes32 other) => ((ReadOnlySpan<byte>)_bytes).SequenceCompareTo(other._bytes);

    /// <inheritdoc/>
    public bool Equals(Bytes32 other) => ((ReadOnlySpan<byte>)_bytes).SequenceEqual(other._bytes);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is Bytes32 other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => BitConverter.ToInt32(((ReadOnlySpan<byte>)_bytes)[24..]);

    /// <summary>0x and 64 lower-case hex digits.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"0x{Convert.ToHexStringLower(_bytes)}");

    /// <summary>The hex string under the cursor.</summary>
    internal static Bytes32 Read(ref JsonCursor cursor) => new(cursor.GetHex(Size, Size));

    [InlineArray(Size)]
    private struct Bytes
    {
        private byte _first;
    }
}
