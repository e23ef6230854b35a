using System.Buffers;
using System.Text;
using HwBridge.Core.Bls;
using HwBridge.Core.Eip2334;
using HwBridge.Core.Eip2335;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Secrets;

namespace HwBridge.Backups.Tests;

/// <summary>Small keys, cheap keystores and the files around them.</summary>
internal static class TestKeys
{
    internal const string SlashingProtection =
        """
        {
          "metadata": {
            "interchange_format_version": "5",
            "genesis_validators_root": "0x04700007fabc8282644aed6d1c7c9e21d38a03a0c4ba193f3afe428824b3a673"},
          "data": [ ]
        }
        """;

    internal static readonly KeystoreKdf Cheap = new Pbkdf2Kdf(2);

    internal static BlsSecretKey Key(int number)
    {
        Span<byte> bytes = stackalloc byte[BlsSecretKey.Size];
        BitConverter.TryWriteBytes(bytes[16..], number);
        return BlsSecretKey.TryFromBytes(bytes, out BlsSecretKey? key) ? key : throw new ArgumentOutOfRangeException(nameof(number));
    }

    internal static BlsPublicKey PublicKey(int number)
    {
        using BlsSecretKey key = Key(number);
        return key.GetPublicKey();
    }

    internal static SecretBuffer Password(string text = "correct horse") => SecretBuffer.CopyOf(Encoding.UTF8.GetBytes(text));

    internal static Keystore Keystore(int number, SecretBuffer password, KeystoreKdf? kdf = null)
    {
        using BlsSecretKey key = Key(number);
        ArrayBufferWriter<byte> json = new();
        Core.Eip2335.Keystore
            .Encrypt(key, ValidatorKeyPath.Signing((uint)number), password, kdf ?? Cheap, CancellationToken.None)
            .WriteTo(json);
        return Core.Eip2335.Keystore.Parse(json.WrittenSpan, $"keystore-{number}.json");
    }

    internal static BackupRequest Request(
        SecretBuffer password, int count, IReadOnlyList<X25519PublicKey> recipients, params string[] files) => new()
        {
            Keystores = [.. Enumerable.Range(1, count).Select(number => new KeystoreInput(Keystore(number, password), password))],
            Recipients = recipients,
            Files = files,
        };

    internal static BackupDocument Document(int count, bool withOthers = false)
    {
        SecretBuffer secrets = SecretBuffer.Allocate(count * BlsSecretKey.Size);
        BackupValidator[] validators = new BackupValidator[count];
        for (int i = 0; i < count; i++)
        {
            using BlsSecretKey key = Key(i + 1);
            key.Bytes.CopyTo(secrets.Span[(i * BlsSecretKey.Size)..]);
            validators[i] = new BackupValidator(key.GetPublicKey(), i % 2 == 0 ? ValidatorKeyPath.Signing((uint)i) : null);
        }

        return new BackupDocument(new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero), validators, secrets)
        {
            SlashingProtection = withOthers ? Encoding.UTF8.GetBytes(SlashingProtection) : null,
            DepositData = withOthers ? Encoding.UTF8.GetBytes(DepositData(1)) : null,
        };
    }

    internal static string DepositData(int number) =>
        $$"""
        [{"pubkey": "{{PublicKey(number).ToString()[2..]}}", "withdrawal_credentials": "{{new string('0', 64)}}", "amount": 32000000000,
          "signature": "{{new string('a', 192)}}", "deposit_message_root": "{{new string('b', 64)}}",
          "deposit_data_root": "{{new string('c', 64)}}",
          "fork_version": "10000910", "network_name": "hoodi", "deposit_cli_version": "1.2.0"}]
        """;
}
