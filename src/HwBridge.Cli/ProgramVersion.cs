namespace HwBridge.Cli;

/// <summary>The program's version.</summary>
internal static class ProgramVersion
{
    internal static string Text { get; } = $"hwbridge {typeof(ProgramVersion).Assembly.GetName().Version!.ToString(3)}";
}
