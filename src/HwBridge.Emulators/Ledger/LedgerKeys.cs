using HwBridge.Core.Bls;
using HwBridge.Core.Eip2333;
using HwBridge.Emulators.Seeds;
using Org.BouncyCastle.Math.EC.Rfc7748;

namespace HwBridge.Emulators.Ledger;

/// <summary>What the Ethereum app derives from a seed.</summary>
internal sealed class LedgerKeys : IDisposable
{
    private readonly Slip10Node _accounts;
    private readonly BlsSecretKey _validators;

    /// <param name="seed">64 bytes of BIP-39; not kept.</param>
    internal LedgerKeys(ReadOnlySpan<byte> seed)
    {
        _accounts = Slip10Node.FromSeed(Slip10Curve.Secp256k1, seed);
        _validators = Eip2333KeyDerivation.DeriveMaster(seed);
    }

    public void Dispose()
    {
        _accounts.Dispose();
        _validators.Dispose();
    }

    internal Slip10Node DeriveAccount(ReadOnlySpan<uint> path) => _accounts.Derive(path);

    /// <summary>
    /// X25519 with the account's private key as it is serialised; 32 bytes little-endian. All zero for a peer of low order.
    /// </summary>
    internal static byte[] Agree(Slip10Node account, ReadOnlySpan<byte> peer)
    {
        byte[] result = new byte[X25519.PointSize];
        X25519.ScalarMult(account.PrivateKey, peer, result);
        return result;
    }

    /// <summary>X25519 with the base point 9.</summary>
    internal static byte[] PrivacyPublicKey(Slip10Node account)
    {
        byte[] result = new byte[X25519.PointSize];
        X25519.ScalarMultBase(account.PrivateKey, result);
        return result;
    }

    /// <summary>48 bytes: EIP-2333 along any numbers, as they stand.</summary>
    internal byte[] Eth2PublicKey(ReadOnlySpan<uint> path)
    {
        using BlsSecretKey key = Eip2333KeyDerivation.Derive(_validators, path);
        byte[] publicKey = new byte[BlsPublicKey.Size];
        key.GetPublicKey().CopyTo(publicKey);
        return publicKey;
    }
}
