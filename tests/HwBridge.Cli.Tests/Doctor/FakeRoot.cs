namespace HwBridge.Cli.Tests.Doctor;

/// <summary>The few files of a machine that doctor reads.</summary>
internal sealed class FakeRoot : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("hwbridge-doctor-");

    internal string Path => _root.FullName;

    internal string Write(string file, string text)
    {
        string path = System.IO.Path.Combine(Path, file);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    public void Dispose() => _root.Delete(recursive: true);
}
