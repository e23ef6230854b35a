namespace HwBridge.Shared.Programs;

/// <summary>The program as its users have it: published, and so compiled ahead of time.</summary>
internal static class PublishedProgram
{
    internal const string FolderName = "published";

    internal static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, FolderName);

    internal static string HwBridge { get; } = Path.Combine(Folder, "hwbridge");

    internal static string AgePlugin { get; } = Path.Combine(Folder, "age-plugin-hwbridge");

    /// <summary>Publishes the checkout's program; what was published before is gone.</summary>
    internal static async Task PublishAsync()
    {
        if (Directory.Exists(Folder))
        {
            Directory.Delete(Folder, recursive: true);
        }

        await HostTool.RunAsync(
            Repository.Root, "dotnet", "publish", "src/HwBridge.Cli", "-c", "Release", "-v", "quiet", "--nologo", "-p:RunAnalyzers=false",
            "-p:EnforceCodeStyleInBuild=false", "-o", Folder).ConfigureAwait(false);
    }
}
