namespace HwBridge.Interop.Trezor;

/// <summary>How a program ended and what it said.</summary>
internal sealed record PeerResult(int ExitCode, string Output, string Error);
