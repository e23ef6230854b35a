namespace HwBridge.Backups;

/// <summary>What was found of one copy.</summary>
/// <param name="File">The file.</param>
/// <param name="Status">What is known of it.</param>
/// <param name="Sha256">Of its bytes, 64 hex digits; null when it could not be read.</param>
/// <param name="Cause">What is wrong with it; null when nothing is.</param>
public sealed record BackupCopy(string File, BackupCopyStatus Status, string? Sha256, string? Cause);
