using System.Buffers;
using System.Text;
using HwBridge.Core.Bls;
using HwBridge.Core.Deposits;
using HwBridge.Core.Eip2334;
using HwBridge.Core.Eip2335;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Networks;
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

    internal const string HoodiRoot = "0x212f13fc4df078b6cb7db228f1c8307566dcecf900867401a92023d7ba99cb5f";

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

    /// <summary>A deposit file with true roots and signature.</summary>
    internal static string DepositData(int number)
    {
        using BlsSecretKey key = Key(number);
        DepositMessage message = new(key.GetPublicKey(), WithdrawalCredentials.Of(PublicKey(99)), 32_000_000_000);
        DepositData data = message.Sign(key, Network.Hoodi.GenesisForkVersion);
        return $$"""
            [{"pubkey": "{{message.PublicKey.ToString()[2..]}}", "withdrawal_credentials": "{{message.Credentials.ToString()[2..]}}",
              "amount": 32000000000, "signature": "{{data.Signature.ToString()[2..]}}",
              "deposit_message_root": "{{message.HashTreeRoot().ToString()[2..]}}",
              "deposit_data_root": "{{data.HashTreeRoot().ToString()[2..]}}",
              "fork_version": "10000910", "network_name": "hoodi", "deposit_cli_version": "1.2.0"}]
            """;
    }

    /// <summary>The history of one validator that has signed up to a slot and an epoch.</summary>
    internal static string History(int number, int slot, int epoch, string genesisValidatorsRoot = HoodiRoot) =>
        $$"""
        {"metadata": {"interchange_format_version": "5", "genesis_validators_root": "{{genesisValidatorsRoot}}"},
         "data": [{"pubkey": "{{PublicKey(number)}}", "signed_blocks": [{"slot": "{{slot}}"}],
                   "signed_attestations": [{"source_epoch": "{{epoch}}", "target_epoch": "{{epoch + 1}}"}]}]}
        """;
}
