using HwBridge.Backups.Storage;

namespace HwBridge.Cli.Output;

/// <summary>One slot of a device in the JSON of <c>backup list</c>.</summary>
internal sealed record SlotAnswer(int Slot, string Name, int Capacity, int Used, string State, string? Backup, int? Part, int? Parts)
{
    internal static SlotAnswer Of(SlotContent content) => new(
        content.Slot.Number,
        content.Slot.Name,
        content.Slot.Capacity,
        content.Used,
        DeviceAnswer.CamelCase(content.State),
        content.Backup,
        content.Backup is null ? null : content.Part,
        content.Backup is null ? null : content.Parts);
}
