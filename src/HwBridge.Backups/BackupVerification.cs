namespace HwBridge.Backups;

/// <summary>What was found of all copies without a key.</summary>
/// <param name="Copies">A row for each file, in the order given.</param>
public sealed record BackupVerification(IReadOnlyList<BackupCopy> Copies)
{
    /// <summary>What no verification without a key can tell; said with every good result.</summary>
    public const string Limits =
        "Without a key it can't be told whether a device still opens this backup, what is inside, or whether somebody changed it "
        + "on purpose: `hwbridge check --backup` tells.";

    /// <summary>True when every copy is well-formed, fits its digest where it has one, and all are the same.</summary>
    public bool IsGood => Copies.All(copy => copy.Status is BackupCopyStatus.Intact or BackupCopyStatus.Plausible);
}
