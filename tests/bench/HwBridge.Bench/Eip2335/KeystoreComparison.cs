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
            () => OpenSslPbkdf2.Derive(OneKdf.Password, salt, (Pbkdf2Kdf)KeystoreKdf.Pbkdf2, derived));
        (string Name, double Time) openSsl = ("OpenSSL's scrypt straight", medians[1]);
        (string Name, double Time) libsodium = ("libsodium's scrypt straight", medians[2]);
        (string Name, double Time)[] bySpeed = [.. new[] { openSsl, libsodium }.OrderBy(library => library.Time)];
        return
        [
            new Row("scrypt keystore decrypted", medians[0], $"the faster one, {bySpeed[0].Name}")
            {
                Peer = bySpeed[1].Name,
                PeerTime = bySpeed[1].Time,
                LimitTime = bySpeed[0].Time,
                Target = "≤ 1.05 × limit",
            },
            new Row("PBKDF2 keystore decrypted", medians[3], "OpenSSL's PBKDF2 straight (libsodium has none)")
            {
                LimitTime = medians[4],
                Target = "≤ 1.05 × limit",
            },
        ];
    }
}
