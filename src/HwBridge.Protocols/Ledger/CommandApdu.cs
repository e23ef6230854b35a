namespace HwBridge.Protocols.Ledger;

/// <summary>
/// A command APDU in the short form: CLA | INS | P1 | P2 | Lc | data, without Le (a Le after data is refused by the app).
/// </summary>
/// <param name="cla">Class.</param>
/// <param name="ins">Instruction.</param>
/// <param name="p1">First parameter.</param>
/// <param name="p2">Second parameter.</param>
/// <param name="data">0 to 255 bytes.</param>
public readonly ref struct CommandApdu(byte cla, byte ins, byte p1, byte p2, ReadOnlySpan<byte> data)
{
    private readonly ReadOnlySpan<byte> _data = data;

    /// <summary>Writes the bytes and gives their number.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More than 255 bytes of data.</exception>
    public int Encode(Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(_data.Length, ApduLimits.MaxData, nameof(data));
        destination[0] = cla;
        destination[1] = ins;
        destination[2] = p1;
        destination[3] = p2;
        destination[4] = (byte)_data.Length;
        _data.CopyTo(destination[ApduLimits.HeaderSize..]);
        return ApduLimits.HeaderSize + _data.Length;
    }
}
