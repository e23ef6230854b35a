using HwBridge.Core.Bls;
using HwBridge.Core.Networks;
using HwBridge.Core.Signing;
using HwBridge.Core.Ssz;

namespace HwBridge.Core.Deposits;

/// <summary>What the validator of a deposit signs (Ethereum consensus specs, phase0/beacon-chain.md § DepositMessage).</summary>
/// <param name="PublicKey">The validator's signing key.</param>
/// <param name="Credentials">Who can ever withdraw.</param>
/// <param name="AmountGwei">In Gwei (10⁻⁹ ETH).</param>
public sealed record DepositMessage(BlsPublicKey PublicKey, WithdrawalCredentials Credentials, ulong AmountGwei)
{
    /// <summary>hash_tree_root, the deposit_message_root of a deposit file.</summary>
    public Bytes32 HashTreeRoot() => Merkle.Container(Merkle.Vector(PublicKey), Credentials.Value, Merkle.Number(AmountGwei));

    /// <summary>What the signing key signs: with the genesis fork and no chain's root, since deposits begin before a chain does.</summary>
    /// <param name="genesisForkVersion">The network.</param>
    public SigningRoot SigningRoot(ForkVersion genesisForkVersion) =>
        SigningDomain.Compute(DomainType.Deposit, genesisForkVersion, default).SigningRoot(HashTreeRoot());

    /// <summary>Signs it.</summary>
    /// <param name="key">The secret key of <see cref="PublicKey"/>.</param>
    /// <param name="genesisForkVersion">The network.</param>
    /// <exception cref="ArgumentException">Another key.</exception>
    public DepositData Sign(BlsSecretKey key, ForkVersion genesisForkVersion)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.GetPublicKey() == PublicKey
            ? new DepositData(this, SigningRoot(genesisForkVersion).Sign(key))
            : throw new ArgumentException("is not the secret key of PublicKey", nameof(key));
    }
}
