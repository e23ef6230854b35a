namespace HwBridge.Cli.Output;

/// <summary>One deposit that <c>check</c> verified whole: members, roots and signature.</summary>
/// <param name="Pubkey">The validator.</param>
/// <param name="Network">Its name, where it is a public one that is known here.</param>
/// <param name="ForkVersion">The network's genesis fork, eight hex digits.</param>
/// <param name="AmountGwei">In Gwei.</param>
/// <param name="WithdrawalCredentials">0x and 64 hex digits.</param>
/// <param name="CredentialKind">blsKey, address or compounding.</param>
/// <param name="WithdrawalAddress">Null with blsKey.</param>
/// <param name="Verified">Always true: a file with one that is not is refused.</param>
/// <param name="Source">File and line.</param>
internal sealed record DepositAnswer(
    string Pubkey,
    string? Network,
    string ForkVersion,
    ulong AmountGwei,
    string WithdrawalCredentials,
    string CredentialKind,
    string? WithdrawalAddress,
    bool Verified,
    string Source);
