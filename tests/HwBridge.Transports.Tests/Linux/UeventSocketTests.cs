using System.Diagnostics;
using HwBridge.Transports.Linux;

namespace HwBridge.Transports.Tests.Linux;

/// <summary>That events come is proved on a kernel that has USB, in tests/UsbVm.</summary>
internal sealed class UeventSocketTests
{
    [Test]
    public async Task Wait_NothingIsPluggedIn_EndsWithItsTokenAndCanBeginAgain()
    {
        using UeventSocket socket = UeventSocket.Open();
        foreach (int milliseconds in (int[])[0, 50, 100])
        {
            using CancellationTokenSource limit = new(milliseconds);
            long begun = Stopwatch.GetTimestamp();
            Assert.That(async () => await socket.WaitAsync(limit.Token), Throws.InstanceOf<OperationCanceledException>());
            Assert.That(Stopwatch.GetElapsedTime(begun), Is.LessThan(TimeSpan.FromSeconds(20)));
        }
    }

    [Test]
    public void Open_Often_LeavesNoHandle()
    {
        UeventSocket.Open().Dispose();
        int before = Directory.GetFileSystemEntries("/proc/self/fd").Length;
        for (int i = 0; i < 100; i++)
        {
            UeventSocket.Open().Dispose();
        }

        Assert.That(Directory.GetFileSystemEntries("/proc/self/fd").Length, Is.LessThan(before + 50));
    }
}
