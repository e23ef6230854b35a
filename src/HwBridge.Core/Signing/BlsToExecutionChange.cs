using HwBridge.Core.Bls;
using HwBridge.Core.Json;
using HwBridge.Core.Networks;
using HwBridge.Core.Ssz;

namespace HwBridge.Core.Signing;

/// <summary>
/// The one change of withdrawal credentials from a BLS key (0x00) to an address (0x01)
/// (Ethereum consensus specs, capella/beacon-chain.md § BLSToExecutionChange).
/// </summary>
/// <param name="ValidatorIndex">The validator's index in the state, not its key's index in a wallet.</param>
/// <param name="FromBlsPublicKey">The withdrawal key, m/12381/3600/i/0, which signs; not the validator's signing key.</param>
/// <param name="ToExecutionAddress">Where the money goes from then on. It can't be changed again.</param>
public sealed record BlsToExecutionChange(ulong ValidatorIndex, BlsPublicKey FromBlsPublicKey, ExecutionAddress ToExecutionAddress)
{
    /// <summary>hash_tree_root.</summary>
    public Bytes32 HashTreeRoot()
    {
        Span<byte> address = stackalloc byte[ExecutionAddress.Size];
        ToExecutionAddress.CopyTo(address);
        return Merkle.Container(Merkle.Number(ValidatorIndex), Merkle.Vector(FromBlsPublicKey), Merkle.Vector(address));
    }

    /// <summary>What the withdrawal key signs: under the genesis fork, so it stays valid.</summary>
    public SigningRoot SigningRoot(Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        return SigningDomain.Compute(DomainType.BlsToExecutionChange, network.GenesisForkVersion, network.GenesisValidatorsRoot)
            .SigningRoot(HashTreeRoot());
    }

    /// <summary>Signs it.</summary>
    /// <param name="key">The secret key of <see cref="FromBlsPublicKey"/>.</param>
    /// <param name="network">Where the validator is.</param>
    /// <exception cref="ArgumentException">Another key.</exception>
    public SignedBlsToExecutionChange Sign(BlsSecretKey key, Network network)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.GetPublicKey() == FromBlsPublicKey
            ? new SignedBlsToExecutionChange(this, SigningRoot(network).Sign(key))
            : throw new ArgumentException("is not the secret key of FromBlsPublicKey", nameof(key));
    }

    /// <summary>Reads the object of the beacon API.</summary>
    internal static BlsToExecutionChange Read(ref JsonCursor cursor)
    {
        ulong? index = null;
        BlsPublicKey? from = null;
        ExecutionAddress? to = null;
        cursor.BeginObject();
        while (cursor.NextMember(out string name))
        {
            switch (name)
            {
                case "validator_index":
                    index = cursor.GetQuotedNumber();
                    break;
                case "from_bls_pubkey":
                    from = cursor.GetPublicKey();
                    break;
                case "to_execution_address":
                    to = ExecutionAddress.Read(ref cursor);
                    break;
                default:
                    cursor.Skip();
                    break;
            }
        }

        return new BlsToExecutionChange(
            index ?? throw cursor.Missing("validator_index"),
            from ?? throw cursor.Missing("from_bls_pubkey"),
            to ?? throw cursor.Missing("to_execution_address"));
    }
}
