namespace HwBridge.Cli.Output;

/// <summary>Whether a copy has a tag of this device; null where it has no tags.</summary>
internal sealed record CopyRecipientAnswer(string Device, bool? Tagged);
