namespace HwBridge.Cli.Output;

/// <summary>The JSON of <c>backup erase</c>.</summary>
internal sealed record BackupErasedAnswer(string Device, IReadOnlyList<int> Slots);
