using HwBridge.Core.Bls;
using HwBridge.Core.Networks;
using HwBridge.Core.Ssz;

namespace HwBridge.Core.Signing;

/// <summary>A validator's wish to stop for good (Ethereum consensus specs, phase0/beacon-chain.md § VoluntaryExit).</summary>
/// <param name="Epoch">The first epoch in which it may be processed.</param>
/// <param name="ValidatorIndex">The validator's index in the state, not its key's index in a wallet.</param>
public readonly record struct VoluntaryExit(ulong Epoch, ulong ValidatorIndex)
{
    /// <summary>hash_tree_root.</summary>
    public Bytes32 HashTreeRoot() => Merkle.Container(Merkle.Number(Epoch), Merkle.Number(ValidatorIndex));

    /// <summary>What the signing key signs: under the Capella fork, whatever the present one is (EIP-7044), so it stays valid.</summary>
    public SigningRoot SigningRoot(Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        return SigningDomain.Compute(DomainType.VoluntaryExit, network.CapellaForkVersion, network.GenesisValidatorsRoot)
            .SigningRoot(HashTreeRoot());
    }

    /// <summary>Signs it.</summary>
    /// <param name="key">The validator's signing key.</param>
    /// <param name="network">Where the validator is.</param>
    public SignedVoluntaryExit Sign(BlsSecretKey key, Network network) => new(this, SigningRoot(network).Sign(key));
}
