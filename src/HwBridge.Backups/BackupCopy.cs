namespace HwBridge.Backups;

/// <summary>What was found of one copy.</summary>
/// <param name="File">The file.</param>
/// <param name="Status">What is known of it.</param>
/// <param name="Sha256">Of its bytes, 64 hex digits; null when it could not be read.</param>
/// <param name="Cause">What is wrong with it; null when nothing is.</param>
public sealed record BackupCopy(string File, BackupCopyStatus Status, string? Sha256, string? Cause)
{
    /// <summary>
    /// For each recipient that was asked about, whether a tag of this copy is its own; null where the copy has no tags, so that nobody can tell.
    /// Empty for a copy that could not be read.
    /// </summary>
    public IReadOnlyList<bool?> IsTagged { get; init; } = [];

    /// <summary>What tells its payload from others, whatever its header says.</summary>
    internal string? PayloadMark { get; init; }
}
