namespace HwBridge.Backups;

/// <summary>A backup that was encrypted anew, read back and verified.</summary>
/// <param name="File">Where it stands.</param>
/// <param name="Size">In bytes.</param>
/// <param name="IsFromDisk">Whether it was read back from the disk for sure, and not from the system's memory.</param>
public sealed record RewriteReceipt(string File, long Size, bool IsFromDisk);
