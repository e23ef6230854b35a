using HwBridge.Core.Bls;
using HwBridge.Core.Json;
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

    /// <summary>Reads the object of the beacon API.</summary>
    internal static VoluntaryExit Read(ref JsonCursor cursor)
    {
        ulong? epoch = null;
        ulong? index = null;
        cursor.BeginObject();
        while (cursor.NextMember(out string name))
        {
            switch (name)
            {
                case "epoch":
                    epoch = cursor.GetQuotedNumber();
                    break;
                case "validator_index":
                    index = cursor.GetQuotedNumber();
                    break;
                default:
                    cursor.Skip();
                    break;
            }
        }

        return new VoluntaryExit(epoch ?? throw cursor.Missing("epoch"), index ?? throw cursor.Missing("validator_index"));
    }
}
