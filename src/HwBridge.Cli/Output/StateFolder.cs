namespace HwBridge.Cli.Output;

/// <summary>
/// Where the program keeps what it must remember between runs: $XDG_STATE_HOME/hwbridge (XDG Base Directory Specification).
/// </summary>
internal static class StateFolder
{
    internal static string Path { get; } = System.IO.Path.Combine(
        Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { Length: > 0 } state && System.IO.Path.IsPathRooted(state)
            ? state
            : System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state"),
        "hwbridge");
}
