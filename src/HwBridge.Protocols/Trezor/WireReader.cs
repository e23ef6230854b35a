using HwBridge.Core.Faults;

namespace HwBridge.Protocols.Trezor;

/// <summary>Reads a protobuf message field by field where it lies, so that secrets stay in guarded memory.</summary>
/// <remarks>The generated classes copy bytes to the managed heap, where nothing wipes them.</remarks>
/// <param name="message">The encoded message; the reader keeps no copy.</param>
public ref struct WireReader(ReadOnlySpan<byte> message)
{
    private ReadOnlySpan<byte> _rest = message;

    /// <summary>The number of the field read last, from 1.</summary>
    public int Number { get; private set; }

    /// <summary>How its value is encoded.</summary>
    public WireType Type { get; private set; }

    /// <summary>Its value, for <see cref="WireType.Varint"/>.</summary>
    public ulong Varint { get; private set; }

    /// <summary>Its value as it lies in the message, for every other type.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>Reads the next field; false at the end of the message.</summary>
    /// <exception cref="FaultException"><see cref="Fault.Protocol"/>: cut off, field 0, or a group.</exception>
    public bool Read()
    {
        Number = 0;
        Varint = 0;
        Bytes = default;
        if (_rest.IsEmpty)
        {
            return false;
        }

        ulong tag = ReadVarint();
        if (tag is < 8 or > uint.MaxValue)
        {
            throw TrezorFault.Protocol("a field number out of range");
        }

        Number = (int)(tag >> 3);
        Type = (WireType)(tag & 7);
        switch (Type)
        {
            case WireType.Varint:
                Varint = ReadVarint();
                break;
            case WireType.Fixed64:
                Bytes = Take(8);
                break;
            case WireType.Bytes:
                Bytes = Take(ReadVarint());
                break;
            case WireType.Fixed32:
                Bytes = Take(4);
                break;
            default:
                throw TrezorFault.Protocol($"field {Number} is of an unknown kind");
        }

        return true;
    }

    private ulong ReadVarint()
    {
        ulong value = 0;
        for (int i = 0; i < _rest.Length && i < 10; i++)
        {
            byte part = _rest[i];
            if (i == 9 && part > 1)
            {
                break;
            }

            value |= (ulong)(part & 0x7f) << (7 * i);
            if (part < 0x80)
            {
                _rest = _rest[(i + 1)..];
                return value;
            }
        }

        throw TrezorFault.Protocol("an integer that is cut off or too large");
    }

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)_rest.Length)
        {
            throw TrezorFault.Protocol($"field {Number} is cut off");
        }

        ReadOnlySpan<byte> taken = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return taken;
    }
}
