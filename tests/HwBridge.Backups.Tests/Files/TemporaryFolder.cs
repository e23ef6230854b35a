namespace HwBridge.Backups.Tests.Files;

/// <summary>A folder of one test, removed with it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    internal string Path { get; } = Directory.CreateTempSubdirectory("hwbridge-test-").FullName;

    internal string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>The names of everything in it, hidden files too.</summary>
    internal string[] Names => [.. Directory.GetFileSystemEntries(Path, "*", new EnumerationOptions { AttributesToSkip = 0 })
        .Select(static path => System.IO.Path.GetFileName(path)!)
        .Order(StringComparer.Ordinal)];

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
