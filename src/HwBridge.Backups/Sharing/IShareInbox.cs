namespace HwBridge.Backups.Sharing;

/// <summary>Where the files that participants send arrive: pasted, named on the standard input, or in a test's hand.</summary>
public interface IShareInbox
{
    /// <summary>Waits for the next file.</summary>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>What to call it and its bytes, binary or armored; null when no more will come.</returns>
    /// <exception cref="Core.Faults.FaultException">This file can't be read; more may come.</exception>
    ValueTask<ShareFile?> NextAsync(CancellationToken cancellationToken);
}
