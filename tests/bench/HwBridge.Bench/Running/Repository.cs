using System.Diagnostics;

namespace HwBridge.Bench.Running;

/// <summary>What the comparisons need of the repository.</summary>
internal static class Repository
{
    internal static string Root { get; } = FindRoot();

    /// <summary>A script of tests/HwBridge.Interop, which npm ci has prepared.</summary>
    internal static ProcessStartInfo Node(string script, params string[] arguments)
    {
        string folder = Path.Combine(Root, "tests", "HwBridge.Interop");
        return Directory.Exists(Path.Combine(folder, "node_modules"))
            ? new ProcessStartInfo("node", [script, .. arguments]) { WorkingDirectory = folder }
            : throw new InvalidOperationException("run npm ci in tests/HwBridge.Interop first");
    }

    /// <summary>Publishes a project as README.md tells everybody to.</summary>
    internal static async Task PublishAsync(string project, string folder) =>
        await ProgramRun.Of("dotnet", "publish", "-c", "Release", project, "-o", folder, "-v", "quiet", "--nologo");

    /// <summary>Publishes the hwbridge program, beside this one.</summary>
    /// <returns>The program's path.</returns>
    internal static async Task<string> PublishProgramAsync()
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "published");
        await PublishAsync(Path.Combine(Root, "src", "HwBridge.Cli"), folder);
        return Path.Combine(folder, "hwbridge");
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
