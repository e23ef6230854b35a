using System.Buffers;

namespace HwBridge.Protocols.Trezor;

/// <summary>Writes protobuf fields straight into the caller's memory, so that secrets stay guarded.</summary>
public static class WireWriter
{
    /// <summary>Writes a field of bytes, or of a string's UTF-8 bytes.</summary>
    public static void WriteBytes(IBufferWriter<byte> output, int number, ReadOnlySpan<byte> value)
    {
        WriteVarint(output, ((ulong)number << 3) | (ulong)WireType.Bytes);
        WriteVarint(output, (ulong)value.Length);
        output.Write(value);
    }

    /// <summary>Writes an integer, enumeration or bool.</summary>
    public static void WriteInteger(IBufferWriter<byte> output, int number, ulong value)
    {
        WriteVarint(output, ((ulong)number << 3) | (ulong)WireType.Varint);
        WriteVarint(output, value);
    }

    private static void WriteVarint(IBufferWriter<byte> output, ulong value)
    {
        Span<byte> bytes = output.GetSpan(10);
        int length = 0;
        for (; value >= 0x80; value >>= 7)
        {
            bytes[length++] = (byte)(value | 0x80);
        }

        bytes[length++] = (byte)value;
        output.Advance(length);
    }
}
