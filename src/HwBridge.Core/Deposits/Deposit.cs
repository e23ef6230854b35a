using HwBridge.Core.Bls;

namespace HwBridge.Core.Deposits;

/// <summary>One entry of a deposit file, as the deposit tools write it for the launchpad.</summary>
/// <remarks>The shapes are checked and the public key is a valid point; the signature and the two roots are not verified.</remarks>
/// <param name="PublicKey">The validator.</param>
/// <param name="WithdrawalCredentials">32 bytes; the first tells the kind (00 BLS key, 01 or 02 address).</param>
/// <param name="AmountGwei">At least 1 ETH, which is what the deposit contract takes.</param>
/// <param name="Signature">96 bytes, not verified.</param>
/// <param name="MessageRoot">32 bytes, not verified.</param>
/// <param name="DataRoot">32 bytes, not verified.</param>
/// <param name="ForkVersion">The network.</param>
/// <param name="Line">Where the entry begins in the file, from 1.</param>
public sealed record Deposit(
    BlsPublicKey PublicKey,
    ReadOnlyMemory<byte> WithdrawalCredentials,
    ulong AmountGwei,
    ReadOnlyMemory<byte> Signature,
    ReadOnlyMemory<byte> MessageRoot,
    ReadOnlyMemory<byte> DataRoot,
    ForkVersion ForkVersion,
    int Line);
