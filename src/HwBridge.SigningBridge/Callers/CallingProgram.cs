namespace HwBridge.SigningBridge.Callers;

/// <summary>Who asks, as the system tells it.</summary>
/// <param name="Name">The program's file name, or what is known in its place.</param>
/// <param name="ProcessId">Its process; null where that is not known.</param>
internal sealed record CallingProgram(string Name, int? ProcessId)
{
    /// <summary>For a person.</summary>
    public override string ToString() => ProcessId is { } id ? $"{Name} (process {id})" : Name;
}
