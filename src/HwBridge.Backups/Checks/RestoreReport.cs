namespace HwBridge.Backups.Checks;

/// <summary>The answer to "does this still restore the expected keys?"</summary>
/// <param name="Keys">A row for each expected key, in the order given.</param>
/// <param name="Unexpected">Keys that are there but were not expected: in a backup any, on a device those below the highest hit of the
/// scan.</param>
/// <param name="Scanned">The indices that were really looked at, where a scan was needed.</param>
public sealed record RestoreReport(IReadOnlyList<CheckedKey> Keys, IReadOnlyList<FoundKey> Unexpected, IndexRange? Scanned)
{
    /// <summary>How many expected keys were found.</summary>
    public int Matched => Keys.Count(key => key.Status == KeyCheckStatus.Match);

    /// <summary>True only when every expected key was found.</summary>
    public bool IsMatch => Matched == Keys.Count;
}
