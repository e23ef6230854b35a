using System.Security.Cryptography;
using HwBridge.Bench.Running;
using HwBridge.Core.Bls;
using HwBridge.Core.Eip2333;
using HwBridge.Core.Eip2335;
using HwBridge.Core.Secrets;

namespace HwBridge.Bench.Eip2335;

/// <summary>Opening one keystore at the usual cost, against the key derivation alone by the native libraries.</summary>
internal static class KeystoreComparison
{
    internal static async Task<IReadOnlyList<Row>> RunAsync(Effort effort)
    {
        using SecretBuffer password = SecretBuffer.CopyOf(OneKdf.Password);
        using BlsSecretKey key = Eip2333KeyDerivation.DeriveMaster(new byte[32]);
        Keystore scrypt = Keystore.Encrypt(key, null, password, KeystoreKdf.Scrypt, CancellationToken.None);
        Keystore pbkdf2 = Keystore.Encrypt(key, null, password, KeystoreKdf.Pbkdf2, CancellationToken.None);
        byte[] salt = new byte[32];
        byte[] derived = new byte[32];
        double[] medians = await Turns.MediansAsync(
            effort.Of(9, 1),
            1,
            () => scrypt.Decrypt(password, CancellationToken.None).Dispose(),
            () => OpenSslScrypt.Derive(OneKdf.Password, salt, (ScryptKdf)KeystoreKdf.Scrypt, derived),
            OneKdf.Derive,
            () => pbkdf2.Decrypt(password, CancellationToken.None).Dispose(),
            () => Rfc2898DeriveBytes.Pbkdf2(OneKdf.Password, salt, derived, ((Pbkdf2Kdf)KeystoreKdf.Pbkdf2).C, HashAlgorithmName.SHA256));
        return
        [
            new Row("scrypt keystore decrypted", medians[0], "libsodium's scrypt straight")
            {
                Peer = "OpenSSL's scrypt straight",
                PeerTime = medians[1],
                LimitTime = medians[2],
            },
            new Row("PBKDF2 keystore decrypted", medians[3], "OpenSSL's PBKDF2 straight (by the framework; libsodium has none)")
            {
                LimitTime = medians[4],
            },
        ];
    }
}
