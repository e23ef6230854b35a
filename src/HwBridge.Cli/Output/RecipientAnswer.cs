namespace HwBridge.Cli.Output;

/// <summary>The JSON of <c>recipient</c>.</summary>
internal sealed record RecipientAnswer(string Recipient, string Device, bool ConfirmedOnDevice, string? Identity);
