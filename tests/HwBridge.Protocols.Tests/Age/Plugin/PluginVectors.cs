using System.Text.Json;

namespace HwBridge.Protocols.Tests.Age.Plugin;

/// <summary>The files of protocols/age/vectors.</summary>
internal static class PluginVectors
{
    internal static JsonElement Read(string name)
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "HwBridge.sln")))
        {
            folder = folder.Parent;
        }

        string root = folder?.FullName ?? throw new DirectoryNotFoundException("HwBridge.sln");
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(Path.Combine(root, "protocols", "age", "vectors", name)));
        return document.RootElement.Clone();
    }

    /// <summary>All that age sent in the recorded conversations, one after the other.</summary>
    internal static IEnumerable<string> Recorded(string member) =>
        Read("plugin_age_1.1.1.json").GetProperty("sessions").EnumerateArray().Select(session => session.GetProperty(member).GetString()!);
}
