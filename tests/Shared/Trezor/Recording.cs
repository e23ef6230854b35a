using System.Text.Json;

namespace HwBridge.Shared.Trezor;

/// <summary>A conversation with real firmware, as protocols/trezor/vectors keeps it.</summary>
internal sealed record Recording(string Name, IReadOnlyList<RecordedMessage> Messages)
{
    internal static string Folder { get; } = FindFolder();

    /// <summary>Every conversation; a name that begins with core289 is a Model T's.</summary>
    internal static IReadOnlyList<Recording> All { get; } =
    [
        .. Directory.EnumerateFiles(Folder, "*.json")
            .Where(file => !Path.GetFileName(file).StartsWith("vectors_", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(Read),
    ];

    internal static Recording Named(string name) => All.Single(recording => recording.Name == name);

    internal static JsonElement ReadJson(string name) =>
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, name + ".json"))).RootElement;

    public override string ToString() => Name;

    private static Recording Read(string file)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file));
        return new Recording(
            Path.GetFileNameWithoutExtension(file),
            [.. document.RootElement.GetProperty("exchanges").EnumerateArray().Select(RecordedMessage.Read)]);
    }

    private static string FindFolder()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "HwBridge.sln")))
        {
            folder = folder.Parent;
        }

        return folder is null
            ? throw new FileNotFoundException("no HwBridge.sln above the tests")
            : Path.Combine(folder.FullName, "protocols", "trezor", "vectors");
    }
}
