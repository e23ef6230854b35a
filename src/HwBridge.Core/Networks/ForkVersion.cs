using System.Buffers.Binary;
using System.Globalization;
using HwBridge.Core.Json;

namespace HwBridge.Core.Networks;

/// <summary>The version of a fork (4 bytes, shown big-endian). The genesis fork's tells networks apart in deposits.</summary>
/// <param name="Value">The four bytes as a big-endian number.</param>
public readonly record struct ForkVersion(uint Value)
{
    /// <summary>The encoded size in bytes.</summary>
    public const int Size = sizeof(uint);

    /// <summary>The name of the network whose genesis fork this is, where it is a public one that is known here.</summary>
    public string? NetworkName => Network.OfGenesis(this)?.Name;

    /// <summary>Copies the four bytes.</summary>
    public void CopyTo(Span<byte> destination) => BinaryPrimitives.WriteUInt32BigEndian(destination, Value);

    /// <summary>Eight hex digits, and the network's name where it is known.</summary>
    public override string ToString() => NetworkName is { } name
        ? string.Create(CultureInfo.InvariantCulture, $"{name} ({Value:x8})")
        : string.Create(CultureInfo.InvariantCulture, $"{Value:x8}");

    /// <summary>The hex string under the cursor.</summary>
    internal static ForkVersion Read(ref JsonCursor cursor) => new(BinaryPrimitives.ReadUInt32BigEndian(cursor.GetHex(Size, Size)));
}
