namespace HwBridge.Cli.Output;

/// <summary>The JSON of <c>sign</c>: amounts in wei, in decimal digits; <c>raw</c> is what a node takes.</summary>
internal sealed record SignedAnswer(
    string Operation,
    string Network,
    ulong ChainId,
    string From,
    string To,
    ulong Nonce,
    string Value,
    ulong Gas,
    string MaxFeePerGas,
    string MaxPriorityFeePerGas,
    string Data,
    string Hash,
    string Raw);
