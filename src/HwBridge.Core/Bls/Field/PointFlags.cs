namespace HwBridge.Core.Bls.Field;

/// <summary>The three topmost bits of an encoded point of G1 or G2, as Zcash and Ethereum write them.</summary>
internal static class PointFlags
{
    private const byte Compressed = 0x80;
    private const byte Infinity = 0x40;
    private const byte Sign = 0x20;
    private const byte All = Compressed | Infinity | Sign;

    /// <summary>Takes the flags off an encoding. Time depends on the bytes, which are public.</summary>
    /// <param name="compressed">The encoding.</param>
    /// <param name="coordinate">Receives it without its flags; of the same size.</param>
    /// <param name="sign">1 where y is the larger one of the two.</param>
    /// <returns>Infinity and NotCanonical are final; Valid leaves the coordinate to be looked at.</returns>
    internal static PointValidity Take(ReadOnlySpan<byte> compressed, Span<byte> coordinate, out byte sign)
    {
        byte flags = (byte)(compressed[0] & All);
        compressed.CopyTo(coordinate);
        coordinate[0] &= unchecked((byte)~All);
        sign = (byte)((flags & Sign) / Sign);
        return (flags & (Compressed | Infinity)) switch
        {
            Compressed => PointValidity.Valid,
            Compressed | Infinity when sign == 0 && !coordinate.ContainsAnyExcept((byte)0) => PointValidity.Infinity,
            _ => PointValidity.NotCanonical,
        };
    }

    /// <summary>Puts the flags on an encoding that has none. Constant time in the sign.</summary>
    /// <param name="compressed">The encoding.</param>
    /// <param name="sign">1 where y is the larger one of the two, otherwise 0.</param>
    internal static void Put(Span<byte> compressed, byte sign) => compressed[0] |= (byte)(Compressed | (sign * Sign));

    /// <summary>Writes the point at infinity.</summary>
    internal static void WriteInfinity(Span<byte> compressed)
    {
        compressed.Clear();
        compressed[0] = Compressed | Infinity;
    }
}
