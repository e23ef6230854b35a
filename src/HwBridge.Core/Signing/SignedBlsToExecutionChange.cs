using HwBridge.Core.Bls;
using HwBridge.Core.Networks;
using HwBridge.Core.Ssz;

namespace HwBridge.Core.Signing;

/// <summary>A BLS-to-execution change with its signature.</summary>
/// <param name="Message">What is signed.</param>
/// <param name="Signature">A valid point; whether it is the right one shows <see cref="IsSigned"/>.</param>
public sealed record SignedBlsToExecutionChange(BlsToExecutionChange Message, BlsSignature Signature)
{
    /// <summary>hash_tree_root.</summary>
    public Bytes32 HashTreeRoot() => Merkle.Container(Message.HashTreeRoot(), Merkle.Vector(Signature));

    /// <summary>True when the withdrawal key of the message signed it for this network.</summary>
    public bool IsSigned(Network network) => Message.SigningRoot(network).IsSignedBy(Message.FromBlsPublicKey, Signature);
}
