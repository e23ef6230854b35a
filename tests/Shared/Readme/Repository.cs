namespace HwBridge.Shared.Readme;

/// <summary>The checkout that the tests run in.</summary>
internal static class Repository
{
    internal static string Root { get; } = Find();

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "HwBridge.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("HwBridge.sln was not found above the test binaries");
    }
}
