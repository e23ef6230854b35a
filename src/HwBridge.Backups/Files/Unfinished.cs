using HwBridge.Core.Faults;

namespace HwBridge.Backups.Files;

/// <summary>What a piece of work has put on the disk before it failed, and is to leave no trace.</summary>
internal static class Unfinished
{
    /// <summary>Removes each of these files and empty folders, in their order, whatever becomes of the others.</summary>
    /// <param name="failure">Why they go: still what the caller hears, after this has returned.</param>
    /// <param name="paths">What is missing already is no failure.</param>
    /// <exception cref="FaultException">
    /// <paramref name="failure"/> with the names of those that could not be removed: only when there are any.
    /// </exception>
    internal static void TakeBack(Exception failure, IEnumerable<string> paths)
    {
        string[] left = [.. paths.Where(static path => !TryRemove(path))];
        if (left.Length == 0)
        {
            return;
        }

        FaultException? known = failure as FaultException;
        throw new FaultException(
            known?.Fault ?? (failure is OperationCanceledException ? Fault.Cancelled : Fault.Io),
            $"{failure.Message}; what was begun could not be removed: {string.Join(", ", left)}",
            string.Join(' ', "Remove it by hand.", known?.Remedy),
            failure);
    }

    private static bool TryRemove(string path)
    {
        try
        {
            if (Directory.Exists(path))
            {
                Directory.Delete(path);
            }
            else
            {
                File.Delete(path);
            }

            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
