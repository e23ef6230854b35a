using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using HwBridge.Core.Execution;
using HwBridge.Core.Json;
using HwBridge.Core.Ssz;

namespace HwBridge.Core.Signing;

/// <summary>An address of the execution layer, 20 bytes.</summary>
public readonly struct ExecutionAddress : IEquatable<ExecutionAddress>
{
    /// <summary>The size in bytes.</summary>
    public const int Size = 20;

    /// <summary>The hex digits of an address.</summary>
    public const int Digits = 2 * Size;

    private const int UncompressedKeySize = 65;

    private readonly Bytes _bytes;

    /// <summary>Copies 20 bytes.</summary>
    public ExecutionAddress(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, Size);
        bytes.CopyTo(_bytes);
    }

    /// <summary>The address of a key of secp256k1.</summary>
    /// <param name="uncompressed">65 bytes: 04 | x | y.</param>
    public static ExecutionAddress OfPublicKey(ReadOnlySpan<byte> uncompressed)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(uncompressed.Length, UncompressedKeySize);
        return new ExecutionAddress(Keccak256.Hash(uncompressed[1..]).ToArray().AsSpan(Bytes32.Size - Size));
    }

    /// <summary>
    /// Reads 0x and 40 hex digits; false for anything else, and for a wrong checksum where the digits have capitals and small letters.
    /// </summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out ExecutionAddress address)
    {
        address = default;
        Span<byte> bytes = stackalloc byte[Size];
        if (text is not { Length: 2 + Digits } || !text.StartsWith("0x", StringComparison.Ordinal)
            || Convert.FromHexString(text.AsSpan(2), bytes, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            return false;
        }

        address = new ExecutionAddress(bytes);
        ReadOnlySpan<char> digits = text.AsSpan(2);
        return !digits.ContainsAnyInRange('a', 'f') || !digits.ContainsAnyInRange('A', 'F') || text == address.ToChecksumString();
    }

    /// <summary>The 20 bytes.</summary>
    public byte[] ToArray() => ((ReadOnlySpan<byte>)_bytes).ToArray();

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

    /// <summary>0x and 40 hex digits with a checksum in their capitals (EIP-55).</summary>
    public string ToChecksumString()
    {
        string address = ToString();
        byte[] hash = Keccak256.Hash(Encoding.ASCII.GetBytes(address[2..])).ToArray();
        return "0x" + string.Concat(address.Skip(2).Select((digit, i) =>
            (hash[i / 2] >> (i % 2 == 0 ? 4 : 0) & 0xf) >= 8 ? char.ToUpperInvariant(digit) : digit));
    }

    /// <summary>The hex string under the cursor; letter case is not looked at.</summary>
    internal static ExecutionAddress Read(ref JsonCursor cursor) => new(cursor.GetHex(Size, Size));

    [InlineArray(Size)]
    private struct Bytes
    {
        private byte _first;
    }
}
