using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using HwBridge.Core.Bls;
using HwBridge.Core.Eip2333;
using HwBridge.Core.Eip2334;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;

namespace HwBridge.Core.Tests.Eip2333;

internal sealed class Eip2333KeyDerivationTests
{
    private static IEnumerable<TestCaseData> OfficialCases() =>
        RepositoryFiles.Json("tests", "HwBridge.Core.Tests", "Data", "eip2333.json").GetProperty("cases").EnumerateArray()
            .Select((test, number) => new TestCaseData(test).SetArgDisplayNames($"case {number}"));

    [TestCaseSource(nameof(OfficialCases))]
    public void DeriveMasterAndChild_OfTheStandardsCases_GiveItsKeys(JsonElement test)
    {
        using BlsSecretKey master = Eip2333KeyDerivation.DeriveMaster(Convert.FromHexString(test.GetProperty("seed").GetString()!));
        using BlsSecretKey child = Eip2333KeyDerivation.DeriveChild(master, test.GetProperty("index").GetUInt32());
        Assert.That(Number(master), Is.EqualTo(test.GetProperty("master").GetString()));
        Assert.That(Number(child), Is.EqualTo(test.GetProperty("child").GetString()));
    }

    /// <summary>EIP-2333 § hkdf_mod_r, step by step, for seeds on both sides of where the seed's copy moves off the stack.</summary>
    [TestCase(255)]
    [TestCase(256)]
    [TestCase(5000)]
    public void DeriveMaster_OfALongSeed_IsTheStandardsFormulaAndLeavesNothing(int size)
    {
        byte[] seed = [.. Enumerable.Range(0, size).Select(static i => (byte)(i * 31))];
        byte[] salt = SHA256.HashData("BLS-SIG-KEYGEN-SALT-"u8);
        byte[] wide = HKDF.DeriveKey(HashAlgorithmName.SHA256, [.. seed, 0], 48, salt, [0, 48]);
        BigInteger order = BigInteger.Parse(
            "073eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001", NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        BigInteger expected = new BigInteger(wide, isUnsigned: true, isBigEndian: true) % order;
        int live = SecretBuffer.LiveCount;
        using (BlsSecretKey master = Eip2333KeyDerivation.DeriveMaster(seed))
        {
            Assert.That(Number(master), Is.EqualTo(expected.ToString(CultureInfo.InvariantCulture)));
        }

        Assert.That(SecretBuffer.LiveCount, Is.EqualTo(live));
    }

    [Test]
    public void DeriveMaster_OfTheStandardsMnemonic_IsItsCase0()
    {
        byte[] seed = Seed(string.Join(' ', Enumerable.Repeat("abandon", 11)) + " about", "TREZOR");
        using BlsSecretKey master = Eip2333KeyDerivation.DeriveMaster(seed);
        Assert.That(Number(master), Is.EqualTo("6083874454709270928345386274498605044986640685124978867557563392430687146096"));
    }

    /// <summary>Keys that a Ledger's Ethereum app gave for its mnemonic: any path, hardened parts as indices from 2^31.</summary>
    [Test]
    public void Derive_OfEveryRecordedLedgerPath_GivesTheDevicesKey()
    {
        JsonElement recording = RepositoryFiles.Json("protocols", "ledger", "vectors", "eth2_pubkey_default.json");
        using BlsSecretKey master = Eip2333KeyDerivation.DeriveMaster(Seed(recording.GetProperty("mnemonic").GetString()!, string.Empty));
        int compared = 0;
        foreach (JsonElement exchange in recording.GetProperty("exchanges").EnumerateArray())
        {
            byte[] apdu = Convert.FromHexString(exchange.GetProperty("apdu").GetString()!);
            byte[] response = Convert.FromHexString(exchange.GetProperty("response").GetString()!);
            if (!response.AsSpan()[^2..].SequenceEqual<byte>([0x90, 0x00]) || apdu[1] != 0x0e)
            {
                continue;
            }

            uint[] indices = [.. Enumerable.Range(0, apdu[5]).Select(i => BinaryPrimitives.ReadUInt32BigEndian(apdu.AsSpan(6 + (4 * i))))];
            using BlsSecretKey key = Eip2333KeyDerivation.Derive(master, indices);
            byte[] publicKey = new byte[BlsPublicKey.Size];
            key.GetPublicKey().CopyTo(publicKey);

            // A confirmed answer has a length byte before the key, and filling after it.
            int start = response.Length > BlsPublicKey.Size + 2 ? 1 : 0;
            Assert.That(response.AsSpan(start, BlsPublicKey.Size).SequenceEqual(publicKey), Is.True, Convert.ToHexStringLower(apdu));
            compared++;
        }

        Assert.That(compared, Is.GreaterThan(10));
    }

    /// <summary>The check table of device-rooted keys, from what a Trezor answered.</summary>
    [Test]
    public void ValidatorKeyTree_OfTheTrezorsAnswers_GivesTheTableOfKeys()
    {
        JsonElement answers = RepositoryFiles.Json("protocols", "trezor", "vectors", "device_rooted_all.json").GetProperty("ikm");
        JsonElement table = RepositoryFiles.Json("tests", "HwBridge.Core.Tests", "Data", "device_rooted_keys.json").GetProperty("keys");
        Assert.That(table.GetArrayLength(), Is.EqualTo(4));
        foreach (JsonElement row in table.EnumerateArray())
        {
            string answer = answers[row.GetProperty("account").GetInt32()].GetString()!;
            using ValidatorKeyTree tree = ValidatorKeyTree.FromSeed(Convert.FromHexString(answer));
            BlsPublicKey key = tree.DerivePublicKey(ValidatorKeyPath.Signing(row.GetProperty("index").GetUInt32()));
            Assert.That(key.ToString(), Is.EqualTo("0x" + row.GetProperty("publicKey").GetString()));
        }
    }

    [FsCheck.NUnit.Property(MaxTest = 10)]
    public void ValidatorKeyTree_OfAnyPath_AgreesWithTheWholeDerivation(uint index)
    {
        byte[] seed = SHA512.HashData(BitConverter.GetBytes(index));
        int before = SecretBuffer.LiveCount;
        using (ValidatorKeyTree tree = ValidatorKeyTree.FromSeed(seed))
        using (BlsSecretKey master = Eip2333KeyDerivation.DeriveMaster(seed))
        {
            foreach (ValidatorKeyPath path in new[] { ValidatorKeyPath.Signing(index), ValidatorKeyPath.Withdrawal(index) })
            {
                using BlsSecretKey whole = Eip2333KeyDerivation.Derive(master, path);
                using BlsSecretKey shared = tree.Derive(path);
                Assert.That(shared.Bytes.SequenceEqual(whole.Bytes), Is.True);
            }
        }

        Assert.That(SecretBuffer.LiveCount, Is.EqualTo(before), "every key on the way is wiped");
    }

    [Test]
    public void DeriveMaster_OfAShortSeed_IsAFault([Values(0, 1, 16, 31)] int length)
    {
        FaultException? fault = Assert.Throws<FaultException>(() => Eip2333KeyDerivation.DeriveMaster(new byte[length]).Dispose());
        Assert.That(fault!.Fault, Is.EqualTo(Fault.BadInput));
        Assert.That(fault.Message, Does.Contain($"{length} bytes"));
    }

    [Test]
    public void DeriveMaster_OfALongSeed_TakesEveryByte()
    {
        byte[] seed = new byte[1000];
        using BlsSecretKey one = Eip2333KeyDerivation.DeriveMaster(seed);
        seed[^1] = 1;
        using BlsSecretKey other = Eip2333KeyDerivation.DeriveMaster(seed);
        Assert.That(one.Bytes.SequenceEqual(other.Bytes), Is.False);
    }

    private static byte[] Seed(string mnemonic, string passphrase) => Rfc2898DeriveBytes.Pbkdf2(
        Encoding.UTF8.GetBytes(mnemonic.Normalize(NormalizationForm.FormKD)),
        Encoding.UTF8.GetBytes(("mnemonic" + passphrase).Normalize(NormalizationForm.FormKD)),
        2048,
        HashAlgorithmName.SHA512,
        64);

    private static string Number(BlsSecretKey key) =>
        new BigInteger(key.Bytes, isUnsigned: true, isBigEndian: true).ToString(CultureInfo.InvariantCulture);
}
