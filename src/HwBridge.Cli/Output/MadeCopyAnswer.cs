using HwBridge.Backups;

namespace HwBridge.Cli.Output;

/// <summary>One copy of <c>backup copy</c>.</summary>
/// <param name="File">Where it stands.</param>
/// <param name="Status"><c>copied</c>, <c>replaced</c> or <c>verified</c> (it was there already).</param>
/// <param name="Size">In bytes.</param>
/// <param name="ReadFromDisk">Whether the comparison surely left the system's memory aside.</param>
/// <param name="SameDisk">Whether it stands on its original's disk; null where the system does not tell.</param>
/// <param name="RepairSize">Of its repair appendix, in bytes; null without one.</param>
internal sealed record MadeCopyAnswer(string File, string Status, long Size, bool ReadFromDisk, bool? SameDisk, long? RepairSize)
{
    internal static MadeCopyAnswer Of(CopyReceipt receipt, long? repairSize) => new(
        receipt.File,
        DeviceAnswer.CamelCase(receipt.Status),
        receipt.Size,
        receipt.IsFromDisk,
        receipt.IsOnSameDisk,
        repairSize);
}
