namespace HwBridge.Protocols.Trezor;

/// <summary>How a protobuf field's value lies on the wire. https://protobuf.dev/programming-guides/encoding</summary>
public enum WireType
{
    /// <summary>A base-128 integer.</summary>
    Varint = 0,

    /// <summary>Eight bytes, little-endian.</summary>
    Fixed64 = 1,

    /// <summary>A length and as many bytes.</summary>
    Bytes = 2,

    /// <summary>Four bytes, little-endian.</summary>
    Fixed32 = 5,
}
