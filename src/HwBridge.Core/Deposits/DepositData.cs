using HwBridge.Core.Bls;
using HwBridge.Core.Networks;
using HwBridge.Core.Ssz;

namespace HwBridge.Core.Deposits;

/// <summary>What goes to the deposit contract (Ethereum consensus specs, phase0/beacon-chain.md § DepositData).</summary>
/// <param name="Message">What is signed.</param>
/// <param name="Signature">A valid point; whether it is the right one shows <see cref="IsSigned"/>.</param>
public sealed record DepositData(DepositMessage Message, BlsSignature Signature)
{
    /// <summary>hash_tree_root, the deposit_data_root of a deposit file and of the deposit contract.</summary>
    public Bytes32 HashTreeRoot() => Merkle.Container(
        Merkle.Vector(Message.PublicKey),
        Message.Credentials.Value,
        Merkle.Number(Message.AmountGwei),
        Merkle.Vector(Signature));

    /// <summary>True when the validator's key signed it for the network of this genesis fork.</summary>
    public bool IsSigned(ForkVersion genesisForkVersion) =>
        Message.SigningRoot(genesisForkVersion).IsSignedBy(Message.PublicKey, Signature);
}
