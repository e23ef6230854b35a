using HwBridge.Core.Bls;
using HwBridge.Core.Networks;
using HwBridge.Core.Ssz;

namespace HwBridge.Core.Signing;

/// <summary>What a validator tells builders of blocks (ethereum/builder-specs, specs/bellatrix/builder.md § ValidatorRegistrationV1).</summary>
/// <param name="FeeRecipient">Who gets the fees.</param>
/// <param name="GasLimit">The gas limit that blocks should go to.</param>
/// <param name="Timestamp">In seconds of Unix time; the latest counts.</param>
/// <param name="PublicKey">The validator, which signs.</param>
public sealed record ValidatorRegistration(ExecutionAddress FeeRecipient, ulong GasLimit, ulong Timestamp, BlsPublicKey PublicKey)
{
    /// <summary>hash_tree_root.</summary>
    public Bytes32 HashTreeRoot()
    {
        Span<byte> address = stackalloc byte[ExecutionAddress.Size];
        FeeRecipient.CopyTo(address);
        return Merkle.Container(Merkle.Vector(address), Merkle.Number(GasLimit), Merkle.Number(Timestamp), Merkle.Vector(PublicKey));
    }

    /// <summary>What the signing key signs: with the genesis fork and no chain's root, as deposits.</summary>
    /// <param name="genesisForkVersion">The network.</param>
    public SigningRoot SigningRoot(ForkVersion genesisForkVersion) =>
        SigningDomain.Compute(DomainType.ApplicationBuilder, genesisForkVersion, default).SigningRoot(HashTreeRoot());
}
