using HwBridge.Protocols.Trezor.Messages;

namespace HwBridge.Emulators.Trezor;

/// <summary>A Failure message: code and text.</summary>
internal sealed record Refusal(FailureType Code, string Text);
