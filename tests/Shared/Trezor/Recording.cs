using System.Text.Json;

namespace HwBridge.Shared.Trezor;

/// <summary>A conversation with real firmware, as protocols/trezor/vectors keeps it.</summary>
internal sealed record Recording(string Name, IReadOnlyList<RecordedMessage> Messages)
{
    /// <summary>The words of the recorded device; null for one that was never set up.</summary>
    internal string? Mnemonic { get; init; }

    /// <summary>The PIN, where the recorder noted it.</summary>
    internal string? Pin { get; init; }

    /// <summary>The passphrase, where the recorder noted it.</summary>
    internal string? Passphrase { get; init; }

    /// <summary>True for the Model T, false for the Model One.</summary>
    internal bool IsCore => Name.StartsWith("core", StringComparison.Ordinal);

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
            [.. document.RootElement.GetProperty("exchanges").EnumerateArray().Select(RecordedMessage.Read)])
        {
            Mnemonic = Text(document.RootElement, "mnemonic"),
            Pin = Text(document.RootElement, "pin"),
            Passphrase = Text(document.RootElement, "passphrase"),
        };
    }

    private static string? Text(JsonElement recording, string name) =>
        recording.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;

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
