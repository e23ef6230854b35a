namespace HwBridge.Core.Tests;

/// <summary>Files under this project's Data folder.</summary>
internal static class DataFile
{
    internal static byte[] Read(string name)
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "HwBridge.sln")))
        {
            folder = folder.Parent;
        }

        string root = folder?.FullName ?? throw new DirectoryNotFoundException("HwBridge.sln");
        return File.ReadAllBytes(Path.Combine(root, "tests", "HwBridge.Core.Tests", "Data", name));
    }
}
