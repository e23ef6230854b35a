namespace HwBridge.Bench.Running;

/// <summary>A folder that goes away with what is in it.</summary>
internal sealed class TemporaryFolder(string? parent = null) : IDisposable
{
    internal string Path { get; } = parent is null
        ? Directory.CreateTempSubdirectory("hwbridge-bench-").FullName
        : Directory.CreateDirectory(System.IO.Path.Combine(parent, $"hwbridge-bench-{System.IO.Path.GetRandomFileName()}")).FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);

    internal string File(string name) => System.IO.Path.Combine(Path, name);
}
