using System.Diagnostics;

namespace HwBridge.Interop;

/// <summary>Installs the npm packages of the lock file once, where they are missing or older than the lock file.</summary>
[SetUpFixture]
public sealed class InteropSetUp
{
    private static readonly TimeSpan InstallDeadline = TimeSpan.FromMinutes(5);

    [OneTimeSetUp]
    public async Task InstallPackages()
    {
        FileInfo wanted = new(Path.Combine(NodePeer.Root, "package-lock.json"));
        FileInfo installed = new(Path.Combine(NodePeer.Root, "node_modules", ".package-lock.json"));
        if (installed.Exists && installed.LastWriteTimeUtc >= wanted.LastWriteTimeUtc)
        {
            return;
        }

        ProcessStartInfo npm = new("npm", ["ci", "--no-audit", "--no-fund"]) { WorkingDirectory = NodePeer.Root };
        await NodePeer.RunAsync(npm, [], InstallDeadline);
        Assert.That(installed.Exists || Directory.Exists(installed.DirectoryName), Is.True, "npm ci left no node_modules");
    }
}
