using HwBridge.Backups.Sharing;
using HwBridge.Core.Faults;

namespace HwBridge.Backups.Tests.Sharing;

/// <summary>Files that arrive one after the other, each made for the one-time key when it is its turn.</summary>
internal sealed class ListedShares(params Func<ReadOnlyMemory<byte>>[] files) : IShareInbox
{
    private int _next;

    internal int Taken => _next;

    public ValueTask<ShareFile?> NextAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_next == files.Length)
        {
            return ValueTask.FromResult<ShareFile?>(null);
        }

        int number = ++_next;
        ReadOnlyMemory<byte> file = files[number - 1]();
        return file.IsEmpty
            ? throw new FaultException(Fault.BadInput, $"file{number}: there is no such file", "Check the name.")
            : ValueTask.FromResult<ShareFile?>(new ShareFile($"file{number}", file));
    }
}
