namespace HwBridge.Emulators.Trezor;

/// <summary>What is wrong with a protobuf message, as fine as the two decoders in the firmware tell it.</summary>
internal enum WireErrorKind
{
    EndOfStream,
    VarintOverflow,
    ValueTooLarge,
    InvalidTag,
    WrongWireType,
    InvalidUtf8,
    StringOverflow,
    BytesOverflow,
    ArrayOverflow,
    SubmessageTooLong,
    MissingRequired,
}
