using System.Text.Json;

namespace HwBridge.Backups.Tests;

/// <summary>The vectors of protocols/hwbridge, found from the repository's root.</summary>
internal static class VectorFile
{
    internal static JsonElement Read(string name)
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "HwBridge.sln")))
        {
            folder = folder.Parent;
        }

        string root = folder?.FullName ?? throw new DirectoryNotFoundException("HwBridge.sln");
        using JsonDocument document =
            JsonDocument.Parse(File.ReadAllBytes(Path.Combine(root, "protocols", "hwbridge", "vectors", $"{name}.json")));
        return document.RootElement.Clone();
    }
}
