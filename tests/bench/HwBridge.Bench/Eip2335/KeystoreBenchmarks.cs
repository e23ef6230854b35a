using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Engines;
using HwBridge.Core.Bls;
using HwBridge.Core.Eip2335;
using HwBridge.Core.Secrets;

namespace HwBridge.Bench.Eip2335;

/// <summary>Opening one keystore at the usual cost, against the key derivation alone by the native libraries.</summary>
[SimpleJob(RunStrategy.Monitoring, launchCount: 1, warmupCount: 1, iterationCount: 7)]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
public class KeystoreBenchmarks
{
    private readonly byte[] _salt = RandomNumberGenerator.GetBytes(32);
    private readonly byte[] _key = new byte[32];
    private readonly ScryptKdf _cost = (ScryptKdf)KeystoreKdf.Scrypt;
    private SecretBuffer _password = null!;
    private Keystore _scrypt = null!;
    private Keystore _pbkdf2 = null!;

    [GlobalSetup]
    public void Encrypt()
    {
        _password = SecretBuffer.CopyOf("correct horse battery staple"u8);
        byte[] one = new byte[BlsSecretKey.Size];
        one[^1] = 1;
        if (!BlsSecretKey.TryFromBytes(one, out BlsSecretKey? key))
        {
            throw new InvalidOperationException("1 is a secret key");
        }

        using (key)
        {
            _scrypt = Keystore.Encrypt(key, null, _password, KeystoreKdf.Scrypt, CancellationToken.None);
            _pbkdf2 = Keystore.Encrypt(key, null, _password, KeystoreKdf.Pbkdf2, CancellationToken.None);
        }
    }

    [GlobalCleanup]
    public void Wipe() => _password.Dispose();

    [BenchmarkCategory("scrypt")]
    [Benchmark(Baseline = true, Description = "OpenSSL straight")]
    public void OpenSslScrypt() => NativeScrypt.DeriveWithOpenSsl(_password.Span, _salt, _cost, _key);

    [BenchmarkCategory("scrypt")]
    [Benchmark(Description = "libsodium straight")]
    public void SodiumScrypt() => NativeScrypt.DeriveWithSodium(_password.Span, _salt, _cost, _key);

    [BenchmarkCategory("scrypt")]
    [Benchmark(Description = "Keystore.Decrypt")]
    public void ScryptKeystore() => _scrypt.Decrypt(_password, CancellationToken.None).Dispose();

    [BenchmarkCategory("pbkdf2")]
    [Benchmark(Baseline = true, Description = "framework (OpenSSL) straight")]
    public void FrameworkPbkdf2() => Rfc2898DeriveBytes.Pbkdf2(_password.Span, _salt, _key, 262144, HashAlgorithmName.SHA256);

    [BenchmarkCategory("pbkdf2")]
    [Benchmark(Description = "Keystore.Decrypt")]
    public void Pbkdf2Keystore() => _pbkdf2.Decrypt(_password, CancellationToken.None).Dispose();
}
