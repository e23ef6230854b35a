using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using HwBridge.Core.Bls;
using HwBridge.Core.Eip2333;

namespace HwBridge.EndToEnd.Memory;

/// <summary>All that EIP-2333 passes through on the way from a seed to its keys, computed step by step from the standard's text.</summary>
internal sealed class Eip2333Trail
{
    private const int Chunks = 255;
    private const int Size = 32;

    private static readonly BigInteger Order = BigInteger.Parse(
        "073eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001", NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private readonly List<Secret> _secrets = [];
    private readonly Dictionary<string, byte[]> _keys = [];

    private Eip2333Trail()
    {
    }

    /// <summary>The secrets of some paths.</summary>
    /// <param name="seed">Where they begin.</param>
    /// <param name="paths">Indices, one after the other.</param>
    internal static IReadOnlyList<Secret> Of(byte[] seed, params IEnumerable<uint[]> paths)
    {
        Eip2333Trail trail = new();
        byte[] master = trail.Reduce(seed);
        foreach (uint[] path in paths)
        {
            byte[] key = master;
            for (int depth = 0; depth < path.Length; depth++)
            {
                string name = string.Join('/', path[..(depth + 1)]);
                if (!trail._keys.TryGetValue(name, out byte[]? known))
                {
                    trail._keys.Add(name, known = trail.Child(key, path[depth]));
                }

                key = known;
            }

            using BlsSecretKey root = Eip2333KeyDerivation.DeriveMaster(seed);
            using BlsSecretKey expected = Eip2333KeyDerivation.Derive(root, path);
            Assert.That(key, Is.EqualTo(expected.Bytes.ToArray()), "the trail is not that of the derivation");
        }

        return trail._secrets;
    }

    /// <summary>derive_child_SK.</summary>
    private byte[] Child(byte[] parent, uint index)
    {
        byte[] salt = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(salt, index);
        List<byte> hashes = [];
        foreach (byte[] material in (byte[][])[parent, [.. parent.Select(value => (byte)~value)]])
        {
            byte[] pseudoRandomKey = HKDF.Extract(HashAlgorithmName.SHA256, material, salt);
            byte[][] chunks = [.. HKDF.Expand(HashAlgorithmName.SHA256, pseudoRandomKey, Chunks * Size).Chunk(Size)];
            hashes.AddRange(chunks.SelectMany(SHA256.HashData));
            _secrets.Add(Secret.OfWords(SecretNames.LamportMaterial, material));
            _secrets.Add(Secret.OfWords(SecretNames.PseudoRandomKeys, pseudoRandomKey));
            _secrets.AddRange(chunks.Select(chunk => Secret.OfBlock(SecretNames.LamportChunks, chunk)));
        }

        byte[] compressed = SHA256.HashData([.. hashes]);
        _secrets.Add(Secret.OfWords(SecretNames.LamportCompressed, compressed));
        return Reduce(compressed);
    }

    /// <summary>HKDF_mod_r.</summary>
    private byte[] Reduce(byte[] material)
    {
        byte[] salt = SHA256.HashData("BLS-SIG-KEYGEN-SALT-"u8);
        byte[] pseudoRandomKey = HKDF.Extract(HashAlgorithmName.SHA256, [.. material, 0], salt);
        byte[] wide = HKDF.Expand(HashAlgorithmName.SHA256, pseudoRandomKey, 48, [0, 48]);
        BigInteger reduced = new BigInteger(wide, isUnsigned: true, isBigEndian: true) % Order;
        byte[] scalar = reduced.ToByteArray(isUnsigned: true, isBigEndian: true);
        byte[] key = [.. new byte[Size - scalar.Length], .. scalar];
        _secrets.Add(Secret.OfWords(SecretNames.PseudoRandomKeys, pseudoRandomKey));
        _secrets.Add(Secret.OfWords(SecretNames.WideScalars, wide));
        _secrets.Add(Secret.OfBytes(SecretNames.Keys, key));
        return key;
    }
}
