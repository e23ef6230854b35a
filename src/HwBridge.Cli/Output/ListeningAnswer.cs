namespace HwBridge.Cli.Output;

/// <summary>What <c>emulator</c> says once it can be reached.</summary>
internal sealed record ListeningAnswer(string Device);
