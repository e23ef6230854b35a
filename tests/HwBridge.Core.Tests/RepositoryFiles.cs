using System.Text.Json;

namespace HwBridge.Core.Tests;

/// <summary>Test data, found from the repository's root.</summary>
internal static class RepositoryFiles
{
    private static readonly string Root = FindRoot();

    internal static JsonElement Json(params string[] path)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine([Root, .. path])));
        return document.RootElement.Clone();
    }

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "HwBridge.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException("HwBridge.sln");
    }
}
