using HwBridge.Core.Bls;
using HwBridge.Core.Networks;

namespace HwBridge.Core.Deposits;

/// <summary>One verified entry of a deposit file.</summary>
/// <param name="Data">The deposit; both roots are those of the file, and the signature is the validator's for this network.</param>
/// <param name="ForkVersion">The network.</param>
/// <param name="Line">Where the entry begins in the file, from 1.</param>
public sealed record Deposit(DepositData Data, ForkVersion ForkVersion, int Line)
{
    /// <summary>The validator.</summary>
    public BlsPublicKey PublicKey => Data.Message.PublicKey;

    /// <summary>True when the validator's key signed it for this network.</summary>
    internal bool IsSigned => Data.IsSigned(ForkVersion);
}
