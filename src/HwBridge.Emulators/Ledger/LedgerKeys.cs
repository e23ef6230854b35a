using System.Text;
using HwBridge.Core.Bls;
using HwBridge.Core.Eip2333;
using HwBridge.Emulators.Seeds;
using Org.BouncyCastle.Asn1.X9;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.EC;
using Org.BouncyCastle.Math.EC.Rfc7748;

namespace HwBridge.Emulators.Ledger;

/// <summary>What the Ethereum app derives from a seed.</summary>
internal sealed class LedgerKeys : IDisposable
{
    internal const int AddressDigits = 40;

    private static readonly X9ECParameters Secp256k1 = CustomNamedCurves.GetByName("secp256k1");

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

    /// <summary>65 bytes: 04 | x | y.</summary>
    internal static byte[] UncompressedPublicKey(Slip10Node account) =>
        Secp256k1.Curve.DecodePoint(account.PublicKey.ToArray()).GetEncoded(compressed: false);

    /// <summary>40 hex digits without 0x, in the case that EIP-55 gives them.</summary>
    internal static string Address(ReadOnlySpan<byte> uncompressedPublicKey)
    {
        string digits = Convert.ToHexStringLower(Keccak256(uncompressedPublicKey[1..]).AsSpan(12));
        byte[] hash = Keccak256(Encoding.ASCII.GetBytes(digits));
        return string.Create(digits.Length, (digits, hash), static (address, source) =>
        {
            for (int i = 0; i < address.Length; i++)
            {
                int nibble = (source.hash[i / 2] >> (i % 2 == 0 ? 4 : 0)) & 0x0f;
                address[i] = nibble >= 8 ? char.ToUpperInvariant(source.digits[i]) : source.digits[i];
            }
        });
    }

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
        BlsSecretKey key = Eip2333KeyDerivation.DeriveChild(_validators, path[0]);
        foreach (uint index in path[1..])
        {
            using BlsSecretKey parent = key;
            key = Eip2333KeyDerivation.DeriveChild(parent, index);
        }

        using (key)
        {
            byte[] publicKey = new byte[BlsPublicKey.Size];
            key.GetPublicKey().CopyTo(publicKey);
            return publicKey;
        }
    }

    private static byte[] Keccak256(ReadOnlySpan<byte> data)
    {
        KeccakDigest keccak = new(256);
        keccak.BlockUpdate(data);
        byte[] hash = new byte[keccak.GetDigestSize()];
        keccak.DoFinal(hash, 0);
        return hash;
    }
}
