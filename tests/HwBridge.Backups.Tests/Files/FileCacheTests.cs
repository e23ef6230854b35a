using HwBridge.Backups.Files;

namespace HwBridge.Backups.Tests.Files;

[System.Runtime.Versioning.SupportedOSPlatform("linux")]
internal sealed class FileCacheTests
{
    [Test]
    public async Task TryDrop_AFile_LeavesItAsItIs_AndAMissingOneIsNotDropped()
    {
        using TemporaryFolder folder = new();
        await File.WriteAllTextAsync(folder["backup.age"], "whole");
        Assert.That(FileCache.TryDrop(folder["backup.age"]), Is.True);
        Assert.That(await File.ReadAllTextAsync(folder["backup.age"]), Is.EqualTo("whole"));
        Assert.That(FileCache.TryDrop(folder["missing.age"]), Is.False);
    }
}
