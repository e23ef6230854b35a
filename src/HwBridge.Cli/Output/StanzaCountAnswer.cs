namespace HwBridge.Cli.Output;

/// <summary>How many stanzas of a type a header has.</summary>
internal sealed record StanzaCountAnswer(string Type, int Count);
