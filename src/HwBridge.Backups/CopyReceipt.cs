namespace HwBridge.Backups;

/// <summary>A copy that is the same as its original, as the disk gives it back.</summary>
/// <param name="File">Where it stands.</param>
/// <param name="Status">What was done.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Sha256">Of its bytes, 64 hex digits.</param>
/// <param name="IsFromDisk">Whether it was read back from the disk for sure, and not from the system's memory.</param>
/// <param name="IsOnSameDisk">Whether it stands on the disk of its original, and dies with it; null where the system does not tell.</param>
public sealed record CopyReceipt(string File, CopyStatus Status, long Size, string Sha256, bool IsFromDisk, bool? IsOnSameDisk);
