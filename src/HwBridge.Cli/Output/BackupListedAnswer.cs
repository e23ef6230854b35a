namespace HwBridge.Cli.Output;

/// <summary>The JSON of <c>backup list</c>.</summary>
internal sealed record BackupListedAnswer(string Device, IReadOnlyList<SlotAnswer> Slots);
