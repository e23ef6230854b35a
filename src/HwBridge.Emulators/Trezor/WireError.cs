namespace HwBridge.Emulators.Trezor;

/// <summary>The first thing wrong with a protobuf message, and the field it is wrong with, where there is one.</summary>
internal sealed record WireError(WireErrorKind Kind, string? Field = null);
