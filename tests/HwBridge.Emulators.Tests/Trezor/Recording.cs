using System.Text.Json;
using System.Text.Json.Serialization;

namespace HwBridge.Emulators.Tests.Trezor;

/// <summary>What real firmware answered: one file of protocols/trezor/vectors.</summary>
public sealed record Recording(string Name, string? Mnemonic, string? Passphrase, string? Pin, IReadOnlyList<RecordedExchange> Exchanges)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.Strict,
    };

    internal static string Folder { get; } = FindFolder();

    internal static IEnumerable<string> Names =>
        Directory.EnumerateFiles(Folder, "*.json").Select(f => Path.GetFileNameWithoutExtension(f)!).Order(StringComparer.Ordinal);

    internal bool IsCore => Name.StartsWith("core", StringComparison.Ordinal);

    internal static Recording Load(string name)
    {
        using FileStream file = File.OpenRead(Path.Combine(Folder, name + ".json"));
        return JsonSerializer.Deserialize<Recording>(file, Json)!;
    }

    internal static T LoadVectors<T>(string name)
    {
        using FileStream file = File.OpenRead(Path.Combine(Folder, name + ".json"));
        return JsonSerializer.Deserialize<T>(file, Json)!;
    }

    public override string ToString() => Name;

    private static string FindFolder()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "HwBridge.sln")))
        {
            folder = folder.Parent;
        }

        string root = folder?.FullName ?? throw new DirectoryNotFoundException("no HwBridge.sln above the tests");
        return Path.Combine(root, "protocols", "trezor", "vectors");
    }
}
