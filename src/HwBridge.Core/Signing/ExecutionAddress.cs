using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using HwBridge.Core.Json;

namespace HwBridge.Core.Signing;

/// <summary>An address of the execution layer, 20 bytes. Letter case is not looked at: a checksum (EIP-55) in it is not verified.</summary>
public readonly struct ExecutionAddress : IEquatable<ExecutionAddress>
{
    /// <summary>The size in bytes.</summary>
    public const int Size = 20;

    private readonly Bytes _bytes;

    /// <summary>Copies 20 bytes.</summary>
    public ExecutionAddress(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, Size);
        bytes.CopyTo(_bytes);
    }

    /// <summary>Copies the 20 bytes.</summary>
    public void CopyTo(Span<byte> destination) => ((ReadOnlySpan<byte>)_bytes).CopyTo(destination);

    /// <summary>Equal bytes.</summary>
    public static bool operator ==(ExecutionAddress left, ExecutionAddress right) => left.Equals(right);

    /// <summary>Unequal bytes.</summary>
    public static bool operator !=(ExecutionAddress left, ExecutionAddress right) => !left.Equals(right);

    /// <inheritdoc/>
    public bool Equals(ExecutionAddress other) => ((ReadOnlySpan<byte>)_bytes).SequenceEqual(other._bytes);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is ExecutionAddress other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => BitConverter.ToInt32(((ReadOnlySpan<byte>)_bytes)[16..]);

    /// <summary>0x and 40 lower-case hex digits.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"0x{Convert.ToHexStringLower(_bytes)}");

    /// <summary>The hex string under the cursor.</summary>
    internal static ExecutionAddress Read(ref JsonCursor cursor) => new(cursor.GetHex(Size, Size));

    [InlineArray(Size)]
    private struct Bytes
    {
        private byte _first;
    }
}
