using BenchmarkDotNet.Attributes;
using HwBridge.Core.Bls;
using HwBridge.Core.Eip2333;
using HwBridge.Core.Eip2334;

namespace HwBridge.Bench.Bls;

/// <summary>What a validator key costs on the host.</summary>
[MemoryDiagnoser]
public class BlsBenchmarks
{
    private readonly byte[] _encoded = new byte[BlsPublicKey.Size];
    private BlsSecretKey _key = null!;
    private ValidatorKeyTree _tree = null!;

    [GlobalSetup]
    public void SetUp()
    {
        byte[] seed = [.. Enumerable.Range(1, 64).Select(i => (byte)i)];
        _key = Eip2333KeyDerivation.DeriveMaster(seed);
        _tree = ValidatorKeyTree.FromSeed(seed);
        _key.GetPublicKey().CopyTo(_encoded);
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _key.Dispose();
        _tree.Dispose();
    }

    /// <summary>Secret key to compressed public key.</summary>
    [Benchmark]
    public BlsPublicKey GetPublicKey() => _key.GetPublicKey();

    /// <summary>Every check of an encoded public key.</summary>
    [Benchmark]
    public PointValidity Validate() => BlsPublicKey.TryDecode(_encoded, out _);

    /// <summary>One step of EIP-2333.</summary>
    [Benchmark]
    public void DeriveChild() => Eip2333KeyDerivation.DeriveChild(_key, 7).Dispose();

    /// <summary>m/12381/3600/i/0/0 from the cached m/12381/3600, and its public key.</summary>
    [Benchmark]
    public BlsPublicKey DeriveValidatorKey() => _tree.DerivePublicKey(ValidatorKeyPath.Signing(7));
}
