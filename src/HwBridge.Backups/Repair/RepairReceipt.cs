namespace HwBridge.Backups.Repair;

/// <summary>A backup as its appendix remembers it, read back and compared.</summary>
/// <param name="File">Where it stands.</param>
/// <param name="Size">In bytes.</param>
/// <param name="ChangedBytes">How many were wrong, missing or too many; 0 when nothing was to be done.</param>
public sealed record RepairReceipt(string File, long Size, int ChangedBytes);
