using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using HwBridge.Core.Bls;
using HwBridge.Core.Eip2334;
using HwBridge.Core.Eip2335;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;

namespace HwBridge.Core.Tests.Eip2335;

public sealed class KeystoreTests
{
    private const string VectorPassword = "𝔱𝔢𝔰𝔱𝔭𝔞𝔰𝔰𝔴𝔬𝔯𝔡🔑";
    private const string VectorSecret = "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f";
    private const string VectorKey = "0x9612d7a727c9d0a22e185a1c768478dfe919cada9266988cb32359c11f2b7b27f4ae4040902382ae2910c15e2b420d07";

    private static readonly KeystoreKdf[] CheapKdfs = [new ScryptKdf(2, 1, 1), new Pbkdf2Kdf(1)];

    [TestCase("scrypt.json", VectorPassword)]
    [TestCase("pbkdf2.json", VectorPassword)]
    [TestCase("pbkdf2.json", "testpassword🔑")]
    [TestCase("pbkdf2.json", "testpassword🔑\r\n")]
    [TestCase("pbkdf2.json", "\u007ftest\u0000pass\u009fword🔑")]
    public void Decrypt_OfficialVector_GivesItsSecret(string file, string password)
    {
        Keystore keystore = Keystore.Parse(DataFile.Read("Eip2335/" + file), file);
        using SecretBuffer typed = Secret(password);
        using BlsSecretKey key = keystore.Decrypt(typed, out PasswordForm form, CancellationToken.None);
        Assert.That(Convert.ToHexStringLower(key.Bytes), Is.EqualTo(VectorSecret));
        Assert.That(keystore.PublicKey.ToString(), Is.EqualTo(VectorKey));
        Assert.That(form, Is.EqualTo(PasswordForm.Standard));
    }

    [Test]
    public void Parse_OfficialVectors_ReadsEachMember()
    {
        Keystore scrypt = Keystore.Parse(DataFile.Read("Eip2335/scrypt.json"), "scrypt.json");
        Assert.That(scrypt.Kdf, Is.EqualTo(new ScryptKdf(262144, 8, 1)));
        Assert.That(scrypt.Kdf, Is.EqualTo(KeystoreKdf.Scrypt));
        Assert.That(scrypt.Path, Is.EqualTo("m/12381/60/3141592653/589793238"));
        Assert.That(scrypt.ValidatorPath, Is.Null);
        Assert.That(scrypt.Uuid, Is.EqualTo(Guid.Parse("1d85ae20-35c5-4611-98e8-aa14a633906f")));
        Assert.That(scrypt.Description, Does.StartWith("This is a test keystore that uses scrypt"));
        Assert.That(Keystore.Parse(DataFile.Read("Eip2335/pbkdf2.json"), "pbkdf2.json").Kdf, Is.EqualTo(KeystoreKdf.Pbkdf2));
    }

    [Test]
    public void Decrypt_WrongPassword_IsCannotDecryptAndNamesTheFile([ValueSource(nameof(CheapKdfs))] KeystoreKdf kdf)
    {
        Keystore keystore = Read(Sample(kdf, "right"));
        using SecretBuffer wrong = Secret("wröng");
        int before = SecretBuffer.LiveCount;
        FaultException fault = Assert.Throws<FaultException>(() => keystore.Decrypt(wrong, CancellationToken.None))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.CannotDecrypt));
        Assert.That(fault.Message, Does.StartWith("k.json: "));
        Assert.That(fault.ToString() + fault.Remedy, Does.Not.Contain("wröng"));
        Assert.That(SecretBuffer.LiveCount, Is.EqualTo(before));
    }

    [Test]
    public void Decrypt_WrittenWithMarksDropped_OpensAndSaysSo([ValueSource(nameof(CheapKdfs))] KeystoreKdf kdf)
    {
        // What the old program wrote for "contraseña" is what anybody writes for "contrasena".
        Keystore keystore = Read(Sample(kdf, "contrasena"));
        using SecretBuffer password = Secret("contraseña");
        using BlsSecretKey key = keystore.Decrypt(password, out PasswordForm form, CancellationToken.None);
        Assert.That(form, Is.EqualTo(PasswordForm.MarksDropped));
        Assert.That(Convert.ToHexStringLower(key.Bytes), Is.EqualTo(VectorSecret));
    }

    [Test]
    public void Decrypt_OtherPublicKeyInTheFile_IsBadInputWithBoth()
    {
        JsonNode json = Sample(CheapKdfs[0], "p");
        string other = "b89bebc699769726a318c8e9971bd3171297c61aea4a6578a7a4f94b547dcba5bac16a89108b6b6a1fe3695d1a874a0b";
        json["pubkey"] = other;
        using SecretBuffer password = Secret("p");
        int before = SecretBuffer.LiveCount;
        FaultException fault = Assert.Throws<FaultException>(() => Read(json).Decrypt(password, CancellationToken.None))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.BadInput));
        Assert.That(fault.Message, Does.Contain("0x" + other).And.Contain(VectorKey));
        Assert.That(fault.Remedy, Does.Contain("pubkey is no input"));
        Assert.That(SecretBuffer.LiveCount, Is.EqualTo(before));
    }

    /// <summary>A secret that is 0 or not below the order, under a right password and a right checksum.</summary>
    [TestCase("0000000000000000000000000000000000000000000000000000000000000000")]
    [TestCase("73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001")]
    [TestCase("73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000002")]
    [TestCase("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    public void Decrypt_SecretThatIsNoKey_IsBadInputAndNamesTheFile(string secret)
    {
        JsonNode json = Sample(CheapKdfs[1], "p");
        byte[] derived = Rfc2898DeriveBytes.Pbkdf2(
            "p", Convert.FromHexString(At(json, "crypto.kdf.params.salt").GetValue<string>()), 1, HashAlgorithmName.SHA256, 32);
        byte[] original = Convert.FromHexString(At(json, "crypto.cipher.message").GetValue<string>());
        byte[] message = [.. original.Zip(Convert.FromHexString(VectorSecret), Convert.FromHexString(secret))
            .Select(static at => (byte)(at.First ^ at.Second ^ at.Third))];
        Set(json, "crypto.cipher.message", Convert.ToHexStringLower(message));
        Set(json, "crypto.checksum.message", Convert.ToHexStringLower(SHA256.HashData([.. derived[16..], .. message])));
        using SecretBuffer password = Secret("p");
        int before = SecretBuffer.LiveCount;
        FaultException fault = Assert.Throws<FaultException>(() => Read(json).Decrypt(password, CancellationToken.None))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.BadInput));
        Assert.That(fault.Message, Does.StartWith("k.json: ").And.Contain("no BLS12-381 secret key"));
        Assert.That(SecretBuffer.LiveCount, Is.EqualTo(before));
    }

    [Test]
    public void Decrypt_EveryBitOfTheEncryptedPartFlipped_NeverGivesAKey(
        [Values("kdf.params.salt", "checksum.message", "cipher.message", "cipher.params.iv")] string member)
    {
        JsonNode intact = Sample(CheapKdfs[1], "p");
        using SecretBuffer password = Secret("p");
        byte[] bytes = Convert.FromHexString(At(intact, "crypto." + member).GetValue<string>());
        int before = SecretBuffer.LiveCount;
        for (int bit = 0; bit < 8 * bytes.Length; bit++)
        {
            byte[] flipped = [.. bytes];
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            JsonNode json = intact.DeepClone();
            Set(json, "crypto." + member, Convert.ToHexStringLower(flipped));
            FaultException fault = Assert.Throws<FaultException>(() => Read(json).Decrypt(password, CancellationToken.None), $"bit {bit}")!;

            // The checksum does not cover the IV: there it is the public key that tells.
            Assert.That(fault.Fault, Is.EqualTo(member == "cipher.params.iv" ? Fault.BadInput : Fault.CannotDecrypt), $"bit {bit}");
        }

        Assert.That(SecretBuffer.LiveCount, Is.EqualTo(before));
    }

    [Test]
    public void Decrypt_EveryBitOfThePublicKeyFlipped_IsBadInput()
    {
        JsonNode intact = Sample(CheapKdfs[1], "p");
        using SecretBuffer password = Secret("p");
        byte[] bytes = Convert.FromHexString(intact["pubkey"]!.GetValue<string>());
        for (int bit = 0; bit < 8 * bytes.Length; bit++)
        {
            byte[] flipped = [.. bytes];
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            JsonNode json = intact.DeepClone();
            json["pubkey"] = Convert.ToHexStringLower(flipped);
            FaultException fault = Assert.Throws<FaultException>(() => Read(json).Decrypt(password, CancellationToken.None), $"bit {bit}")!;
            Assert.That(fault.Fault, Is.EqualTo(Fault.BadInput), $"bit {bit}");
        }
    }

    [TestCase("scrypt", "n", 4)]
    [TestCase("scrypt", "r", 2)]
    [TestCase("scrypt", "p", 2)]
    [TestCase("pbkdf2", "c", 2)]
    public void Decrypt_OtherCost_IsCannotDecrypt(string function, string parameter, int value)
    {
        JsonNode json = Sample(CheapKdfs[function == "scrypt" ? 0 : 1], "p");
        Set(json, "crypto.kdf.params." + parameter, value);
        using SecretBuffer password = Secret("p");
        FaultException fault = Assert.Throws<FaultException>(() => Read(json).Decrypt(password, CancellationToken.None))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.CannotDecrypt));
    }

    [TestCase("scrypt", "crypto")]
    [TestCase("scrypt", "crypto.kdf")]
    [TestCase("scrypt", "crypto.kdf.function")]
    [TestCase("scrypt", "crypto.kdf.params")]
    [TestCase("scrypt", "crypto.kdf.params.dklen")]
    [TestCase("scrypt", "crypto.kdf.params.n")]
    [TestCase("scrypt", "crypto.kdf.params.r")]
    [TestCase("scrypt", "crypto.kdf.params.p")]
    [TestCase("scrypt", "crypto.kdf.params.salt")]
    [TestCase("pbkdf2", "crypto.kdf.params.c")]
    [TestCase("pbkdf2", "crypto.kdf.params.prf")]
    [TestCase("pbkdf2", "crypto.kdf.params.salt")]
    [TestCase("pbkdf2", "crypto.kdf.params.dklen")]
    [TestCase("scrypt", "crypto.checksum")]
    [TestCase("scrypt", "crypto.checksum.function")]
    [TestCase("scrypt", "crypto.checksum.message")]
    [TestCase("scrypt", "crypto.cipher")]
    [TestCase("scrypt", "crypto.cipher.function")]
    [TestCase("scrypt", "crypto.cipher.params")]
    [TestCase("scrypt", "crypto.cipher.params.iv")]
    [TestCase("scrypt", "crypto.cipher.message")]
    [TestCase("scrypt", "uuid")]
    [TestCase("scrypt", "version")]
    public void Parse_MemberMissingOrOfTheWrongType_IsBadInputThatNamesIt(string function, string member)
    {
        JsonNode intact = Sample(CheapKdfs[function == "scrypt" ? 0 : 1], "p");
        JsonNode missing = intact.DeepClone();
        Remove(missing, member);
        Assert.That(Refusal(Text(missing)), Does.Contain(member[(member.LastIndexOf('.') + 1)..]));
        Assert.That(Refusal(Text(missing)), Does.Match(@"k\.json: \$.*\(line \d+, byte \d+\)"));

        string[] values = ["null", "true", "[]", "[1]", "1.5", "-1", "1e400", "\"\"", "\"zz\"", "\"\\ud800\"", "{\"a\":{}}"];
        foreach (string wrong in values)
        {
            JsonNode json = intact.DeepClone();
            Set(json, member, JsonValue.Create("@@"));
            string text = Text(json).Replace("\"@@\"", wrong, StringComparison.Ordinal);
            Assert.That(Refusal(text), Does.Contain("$." + member), wrong);
        }
    }

    [TestCase("crypto.kdf.function", "\"argon2\"")]
    [TestCase("crypto.kdf.message", "1")]
    [TestCase("crypto.kdf.params.prf", "\"hmac-sha512\"")]
    [TestCase("crypto.kdf.params.salt", "\"abc\"")]
    [TestCase("crypto.checksum.function", "\"keccak256\"")]
    [TestCase("crypto.checksum.params", "\"x\"")]
    [TestCase("crypto.checksum.message", "\"00\"")]
    [TestCase("crypto.cipher.function", "\"aes-256-ctr\"")]
    [TestCase("crypto.cipher.params.iv", "\"264daa3f303d7259501c93d997d84f\"")]
    [TestCase("crypto.cipher.message", "\"54ecc8\"")]
    [TestCase("crypto.kdf.params.n", "262143")]
    [TestCase("crypto.kdf.params.n", "1099511627776")]
    [TestCase("crypto.kdf.params.n", "18446744073709551616")]
    [TestCase("crypto.kdf.params.r", "0")]
    [TestCase("crypto.kdf.params.r", "1073741824")]
    [TestCase("crypto.kdf.params.p", "1073741824")]
    [TestCase("crypto.kdf.params.dklen", "31")]
    [TestCase("crypto.kdf.params.dklen", "4294967296")]
    [TestCase("crypto.kdf.params.c", "2147483648")]
    [TestCase("version", "3")]
    [TestCase("version", "5")]
    [TestCase("uuid", "\"1d85ae20\"")]
    [TestCase("path", "\"m/12381/3600/0h/0/0\"")]
    [TestCase("path", "\"12381/3600\"")]
    [TestCase("path", "\"m/4294967296\"")]
    [TestCase("path", "null")]
    [TestCase("description", "4")]
    [TestCase("pubkey", "\"9612\"")]
    [TestCase("pubkey", "\"c00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000\"")]
    [TestCase("pubkey", "null")]
    public void Parse_ValueOutOfRange_IsBadInputThatNamesIt(string member, string value)
    {
        bool ofPbkdf2 = member is "crypto.kdf.params.c" or "crypto.kdf.params.prf";
        JsonNode json = Sample(CheapKdfs[ofPbkdf2 ? 1 : 0], "p");
        Set(json, member, JsonValue.Create("@@"));
        Assert.That(Refusal(Text(json).Replace("\"@@\"", value, StringComparison.Ordinal)), Does.Contain("$." + member));
    }

    [TestCase(1 << 22, 128, 128)]
    [TestCase(1 << 21, 8, 1)]
    [TestCase(1 << 20, 8, 128)]
    public void Parse_AbsurdCost_IsRefusedWithoutMemoryOrTime(int n, int r, int p)
    {
        JsonNode json = Sample(CheapKdfs[0], "p");
        Set(json, "crypto.kdf.params.n", n);
        Set(json, "crypto.kdf.params.r", r);
        Set(json, "crypto.kdf.params.p", p);
        string text = Text(json);
        long before = GC.GetAllocatedBytesForCurrentThread();
        string refusal = Refusal(text);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(256 << 10));
        Assert.That(refusal, Does.Contain("$.crypto.kdf").And.Contain("limit"));
    }

    [TestCase("{\"version\":4,\"version\":4}", "$.version (line 1, byte 13) appears twice")]
    [TestCase("{\"x\\u001b[2J\":1,\"x\\u001b[2J\":1}", "$[\"x?[2J\"]")]
    [TestCase("{\n \"crypto\": {\n  \"kdf\": 5\n }\n}", "$.crypto.kdf (line 3, byte 24) must be an object")]
    [TestCase("[]", "$ (line 1, byte 0) must be an object")]
    [TestCase("", "$ (line 1, byte 0) is not well-formed JSON")]
    [TestCase("{", "JSON")]
    [TestCase("{\"version\":4,}", "JSON")]
    [TestCase("{/* a */}", "JSON")]
    [TestCase("nonsense", "JSON")]
    [TestCase("{} {}", "crypto")]
    public void Parse_OtherJson_IsBadInputThatSaysWhere(string text, string said)
    {
        Assert.That(Refusal(text), Does.Contain(said));
    }

    [Test]
    public void Parse_MoreAfterTheEnd_IsBadInput()
    {
        Assert.That(Refusal(Text(Sample(CheapKdfs[0], "p")) + "x"), Does.Contain("JSON"));
    }

    [Test]
    public void Parse_DeepNesting_IsBadInput()
    {
        Assert.That(Refusal("{\"x\":" + new string('[', 500_000)), Does.Contain("JSON"));
    }

    [Test]
    public void Parse_TenMegabytes_IsRefusedUnread()
    {
        byte[] json = Encoding.ASCII.GetBytes("{\"x\":\"" + new string('a', 10_000_000) + "\"}");
        long before = GC.GetAllocatedBytesForCurrentThread();
        FaultException fault = Assert.Throws<FaultException>(() => Keystore.Parse(json, "k.json"))!;
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(64 << 10));
        Assert.That(fault.Fault, Is.EqualTo(Fault.BadInput));
        Assert.That(fault.Message, Does.Contain("limit 1,048,576"));
    }

    [Test]
    public void Parse_WhatRealToolsWrite_IsTaken()
    {
        JsonNode json = Sample(CheapKdfs[0], "p");
        json["name"] = "keystore";
        json["description"] = null;
        json["extra"] = JsonNode.Parse("{\"a\":[1,{\"b\":2}]}");
        json["uuid"] = "1D85AE20-35C5-4611-98E8-AA14A633906F";
        json["pubkey"] = VectorKey.ToUpperInvariant().Replace("0X", "0x", StringComparison.Ordinal);
        json.AsObject().Remove("path");
        json["crypto"]!["kdf"]!.AsObject().Remove("message");
        byte[] withMark = [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(Text(json))];
        Keystore keystore = Keystore.Parse(withMark, "k.json");
        Assert.That(keystore.PublicKey.ToString(), Is.EqualTo(VectorKey));
        Assert.That(keystore.Path, Is.Empty);
        json.AsObject().Remove("pubkey");
        Assert.That(Read(json).PublicKey, Is.Null);
    }

    [Test]
    public void WriteTo_AnyKeystore_HasTheLayoutOfTheDepositTools([ValueSource(nameof(CheapKdfs))] KeystoreKdf kdf)
    {
        JsonObject json = Sample(kdf, "p").AsObject();
        Assert.That(
            json.Select(static member => member.Key),
            Is.EqualTo((string[])["crypto", "description", "pubkey", "path", "uuid", "version"]));
        Assert.That(json["crypto"]!.AsObject().Select(static member => member.Key), Is.EqualTo((string[])["kdf", "checksum", "cipher"]));
        foreach (JsonNode? module in json["crypto"]!.AsObject().Select(static member => member.Value))
        {
            Assert.That(module!.AsObject().Select(static member => member.Key), Is.EqualTo((string[])["function", "params", "message"]));
        }

        string[] parameters = kdf is ScryptKdf ? ["dklen", "n", "r", "p", "salt"] : ["dklen", "c", "prf", "salt"];
        Assert.That(json["crypto"]!["kdf"]!["params"]!.AsObject().Select(static member => member.Key), Is.EqualTo(parameters));
        Assert.That(json["pubkey"]!.GetValue<string>(), Is.EqualTo(VectorKey[2..]));
    }

    [Test]
    public void Encrypt_TwiceTheSame_SharesNothing()
    {
        JsonNode first = Sample(CheapKdfs[0], "p");
        JsonNode second = Sample(CheapKdfs[0], "p");
        string[] fresh = ["uuid", "crypto.kdf.params.salt", "crypto.cipher.params.iv", "crypto.cipher.message", "crypto.checksum.message"];
        foreach (string member in fresh)
        {
            Assert.That(At(second, member).GetValue<string>(), Is.Not.EqualTo(At(first, member).GetValue<string>()), member);
        }
    }

    [TestCase("")]
    [TestCase("\r\n\t\u0085")]
    public void Encrypt_NothingLeftOfThePassword_IsBadInput(string password)
    {
        FaultException fault = Assert.Throws<FaultException>(() => Sample(CheapKdfs[0], password))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.BadInput));
    }

    [Test]
    public void EncryptAndDecrypt_Cancelled_StopBeforeTheWork()
    {
        Keystore keystore = Read(Sample(CheapKdfs[0], "p"));
        using SecretBuffer password = Secret("p");
        using BlsSecretKey key = keystore.Decrypt(password, CancellationToken.None);
        int before = SecretBuffer.LiveCount;
        CancellationToken cancelled = new(canceled: true);
        Assert.That(() => keystore.Decrypt(password, cancelled), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(() => Keystore.Encrypt(key, null, password, CheapKdfs[0], cancelled), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(SecretBuffer.LiveCount, Is.EqualTo(before));
    }

    [FsCheck.NUnit.Property(MaxTest = 100)]
    public Property WriteTo_ThenParseAndDecrypt_GivesTheSame()
    {
        Arbitrary<(byte[] Secret, string Password, int Kdf, uint Index)> cases = (
            from secret in ArbMap.Default.GeneratorFor<byte>().ArrayOf(32)
            from password in ArbMap.Default.GeneratorFor<NonEmptyString>()
            from kdf in Gen.Choose(0, 1)
            from index in ArbMap.Default.GeneratorFor<uint>()
            select (secret, "x" + password.Get, kdf, index)).ToArbitrary();
        return Prop.ForAll(cases, sample =>
        {
            sample.Secret[0] &= 0x3f;
            sample.Secret[31] |= 1;
            string text = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(sample.Password));
            text = text.Replace("\ufffe", string.Empty, StringComparison.Ordinal);
            using SecretBuffer password = Secret(text);
            Assert.That(BlsSecretKey.TryFromBytes(sample.Secret, out BlsSecretKey? key), Is.True);
            using (key)
            {
                ValidatorKeyPath path = ValidatorKeyPath.Signing(sample.Index);
                Keystore written = Keystore.Encrypt(key!, path, password, CheapKdfs[sample.Kdf], CancellationToken.None, "ünï \"x\"");
                Keystore read = Keystore.Parse(Bytes(written), "k.json");
                using BlsSecretKey opened = read.Decrypt(password, out PasswordForm form, CancellationToken.None);
                Assert.That(opened.Bytes.SequenceEqual(sample.Secret), Is.True);
                Assert.That(form, Is.EqualTo(PasswordForm.Standard));
                Assert.That((read.PublicKey, read.Path, read.ValidatorPath), Is.EqualTo((written.PublicKey, path.ToString(), path)));
                Assert.That((read.Uuid, read.Description, read.Kdf), Is.EqualTo((written.Uuid, "ünï \"x\"", written.Kdf)));
            }
        });
    }

    internal static SecretBuffer Secret(string text) => SecretBuffer.CopyOf(Encoding.UTF8.GetBytes(text));

    internal static byte[] Bytes(Keystore keystore)
    {
        ArrayBufferWriter<byte> output = new();
        keystore.WriteTo(output);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>The vectors' key under another password and a cheap cost.</summary>
    private static JsonNode Sample(KeystoreKdf kdf, string password)
    {
        using SecretBuffer typed = Secret(password);
        Assert.That(BlsSecretKey.TryFromBytes(Convert.FromHexString(VectorSecret), out BlsSecretKey? key), Is.True);
        using (key)
        {
            return JsonNode.Parse(Bytes(Keystore.Encrypt(key!, ValidatorKeyPath.Signing(0), typed, kdf, CancellationToken.None)))!;
        }
    }

    private static Keystore Read(JsonNode json) => Keystore.Parse(Encoding.UTF8.GetBytes(Text(json)), "k.json");

    private static string Text(JsonNode json) => json.ToJsonString(new System.Text.Json.JsonSerializerOptions { WriteIndented = true });

    private static string Refusal(string text)
    {
        FaultException fault = Assert.Throws<FaultException>(() => Keystore.Parse(Encoding.UTF8.GetBytes(text), "k.json"), text)!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.BadInput));
        Assert.That(fault.Remedy, Is.Not.Empty);
        return fault.Message;
    }

    private static JsonNode At(JsonNode json, string member) => member.Split('.').Aggregate(json, static (node, name) => node[name]!);

    private static void Set(JsonNode json, string member, JsonNode value) => Owner(json, member, out string name)[name] = value;

    private static void Remove(JsonNode json, string member) => Owner(json, member, out string name).AsObject().Remove(name);

    private static JsonNode Owner(JsonNode json, string member, out string name)
    {
        int dot = member.LastIndexOf('.');
        name = member[(dot + 1)..];
        return dot < 0 ? json : At(json, member[..dot]);
    }
}
