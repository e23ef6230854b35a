namespace HwBridge.Cli;

/// <summary>The program's version.</summary>
internal static class ProgramVersion
{
    internal static string Text { get; } = typeof(ProgramVersion).Assembly.GetName().Version is { } version ? $"hwbridge {version.ToString(3)}" : "hwbridge";
}
