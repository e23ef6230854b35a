namespace HwBridge.Bench.Running;

/// <summary>A folder that goes away with what is in it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    internal string Path { get; } = Directory.CreateTempSubdirectory("hwbridge-bench-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);

    internal string File(string name) => System.IO.Path.Combine(Path, name);
}
