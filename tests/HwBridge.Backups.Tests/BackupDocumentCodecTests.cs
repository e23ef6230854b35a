using System.Text;
using System.Text.Json;
using HwBridge.Core.Bls;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;

namespace HwBridge.Backups.Tests;

public class BackupDocumentCodecTests
{
    private const string Secret1 = "0x0000000000000000000000000000000001000000000000000000000000000000";
    private static readonly string Validator =
        $$"""{"pubkey":"{{TestKeys.PublicKey(1)}}","path":"m/12381/3600/1/0/0","secret":"{{Secret1}}"}""";
    private static readonly string Valid = Document($"[{Validator}]");

    [TestCase(1, false)]
    [TestCase(3, true)]
    [TestCase(200, false)]
    public void Read_OfWrite_GivesTheSameDocument(int count, bool withOthers)
    {
        using BackupDocument document = TestKeys.Document(count, withOthers);
        using SecretBuffer json = BackupDocumentCodec.Write(document);
        using BackupDocument read = BackupDocumentCodec.Read(json.Span);
        Assert.That(read.Created, Is.EqualTo(document.Created));
        Assert.That(read.Validators, Is.EqualTo(document.Validators));
        for (int i = 0; i < count; i++)
        {
            using BlsSecretKey key = read.GetSecretKey(i);
            Assert.That(key.Bytes.SequenceEqual(document.SecretOf(i)), Is.True);
        }

        Assert.That(read.SlashingProtection.ToArray(), Is.EqualTo(document.SlashingProtection.ToArray()), "verbatim");
        Assert.That(read.DepositData.ToArray(), Is.EqualTo(document.DepositData.ToArray()), "verbatim");
    }

    [Test]
    public void Write_Document_IsTheJsonOfTheSpecification()
    {
        using BackupDocument document = TestKeys.Document(2, withOthers: true);
        using SecretBuffer bytes = BackupDocumentCodec.Write(document);
        using JsonDocument json = JsonDocument.Parse(bytes.Span.ToArray());
        JsonElement root = json.RootElement;
        Assert.That(root.GetProperty("format").GetString(), Is.EqualTo("hwbridge-backup"));
        Assert.That(root.GetProperty("version").GetInt32(), Is.EqualTo(1));
        Assert.That(root.GetProperty("created").GetString(), Is.EqualTo("2026-01-31T12:00:00Z"));
        JsonElement first = root.GetProperty("validators")[0];
        Assert.That(first.GetProperty("pubkey").GetString(), Is.EqualTo(TestKeys.PublicKey(1).ToString()));
        Assert.That(first.GetProperty("path").GetString(), Is.EqualTo("m/12381/3600/0/0/0"));
        Assert.That(first.GetProperty("secret").GetString(), Is.EqualTo(Secret1));
        Assert.That(root.GetProperty("validators")[1].TryGetProperty("path", out _), Is.False);
        Assert.That(root.GetProperty("slashing_protection").GetProperty("metadata").ValueKind, Is.EqualTo(JsonValueKind.Object));
        Assert.That(root.GetProperty("deposit_data")[0].GetProperty("amount").GetInt64(), Is.EqualTo(32_000_000_000));
    }

    [Test]
    public void Read_UnknownMembersAnywhere_AreIgnored()
    {
        string json = Document($"[{Validator.Replace("{", "{\"label\":{\"a\":[1,2]},", StringComparison.Ordinal)}]", ",\"later\":[{}]");
        using BackupDocument document = BackupDocumentCodec.Read(Encoding.UTF8.GetBytes(json));
        Assert.That(document.Validators, Has.Count.EqualTo(1));
    }

    [Test]
    public void Read_PathOfAnotherKind_IsUnknownRatherThanLost()
    {
        using BackupDocument document =
            BackupDocumentCodec.Read(Encoding.UTF8.GetBytes(Changed("m/12381/3600/1/0/0", "m/12381/60/0/0")));
        Assert.That(document.Validators[0].Path, Is.Null);
    }

    private static IEnumerable<TestCaseData> Malformed()
    {
        string zero = "0x" + new string('0', 64);
        string order = "0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001";
        string one = TestKeys.PublicKey(1).ToString();
        yield return Case("nothing", "", "");
        yield return Case("no JSON", "hello", "well-formed");
        yield return Case("array", "[]", "must be an object");
        yield return Case("cut off", Valid[..^3], "");
        yield return Case("trailing", Valid + "{}", "");
        yield return Case("comment", Changed("{\"format\"", "{/* */\"format\""), "well-formed");
        yield return Case("no format", Changed("\"format\"", "\"fmt\""), "no member \"format\"");
        yield return Case("other format", Changed("hwbridge-backup", "other"), "must be");
        yield return Case("no version", Changed("\"version\"", "\"v\""), "no member \"version\"");
        yield return Case("version 0", Changed("\"version\":1", "\"version\":0"), "must be 1 to");
        yield return Case("version 2", Changed("\"version\":1", "\"version\":2"), "version 2");
        yield return Case("version as text", Changed("\"version\":1", "\"version\":\"1\""), "must be a number");
        yield return Case("version twice", Changed("\"version\":1", "\"version\":1,\"version\":1"), "twice");
        yield return Case("no date", Changed("\"created\"", "\"made\""), "no member \"created\"");
        yield return Case("local date", Changed("12:00:00Z", "12:00:00"), "UTC");
        yield return Case("no validators", Changed("\"validators\"", "\"keys\""), "no member \"validators\"");
        yield return Case("empty validators", Document("[]"), "no member \"validators\"");
        yield return Case("validators an object", Document("{}"), "must be an array");
        yield return Case("validator a string", Document("[\"x\"]"), "must be an object");
        yield return Case("no pubkey", Document($$"""[{"secret":"{{Secret1}}"}]"""), "no member \"pubkey\"");
        yield return Case("no secret", Document($$"""[{"pubkey":"{{TestKeys.PublicKey(1)}}"}]"""), "no member \"secret\"");
        yield return Case("pubkey not a point", Changed(one, "0x" + new string('f', 96)), "pubkey");
        yield return Case("pubkey of another key", Changed(one, TestKeys.PublicKey(2).ToString()), "is not the secret key of");
        yield return Case("secret short", Changed(Secret1, Secret1[..^2]), "64 hex digits");
        yield return Case("secret long", Changed(Secret1, Secret1 + "00"), "64 hex digits");
        yield return Case("secret without 0x", Changed(Secret1, Secret1[2..]), "64 hex digits");
        yield return Case("secret no hex", Changed(Secret1, Secret1[..^1] + "g"), "64 hex digits");
        yield return Case("secret escaped", Changed(Secret1, "\\u0030" + Secret1[1..]), "64 hex digits");
        yield return Case("secret a number", Changed($"\"{Secret1}\"", "12"), "must be a string");
        yield return Case("secret zero", Changed(Secret1, zero), "is not the secret key of");
        yield return Case("secret of the order", Changed(Secret1, order), "is not the secret key of");
        yield return Case("secret twice", Changed("\"secret\"", $"\"secret\":\"{Secret1}\",\"secret\""), "twice");
        yield return Case("validator twice", Document($"[{Validator},{Validator}]"), "again");
        yield return Case("history a string", Document($"[{Validator}]", ",\"slashing_protection\":\"x\""), "must be an object");
        yield return Case("deposits an object", Document($"[{Validator}]", ",\"deposit_data\":{}"), "must be an array");
        yield return Case("too deep", Document($"[{Validator}]", ",\"x\":" + new string('[', 100) + new string(']', 100)), "well-formed");

        static TestCaseData Case(string name, string json, string cause) => new TestCaseData(json, cause).SetArgDisplayNames(name);
    }

    private static string Changed(string from, string to) => Valid.Replace(from, to, StringComparison.Ordinal);

    [TestCaseSource(nameof(Malformed))]
    public void Read_Malformed_SaysWhatAndKeepsTheSecret(string json, string cause)
    {
        int before = SecretBuffer.LiveCount;
        FaultException fault = Assert.Throws<FaultException>(() => BackupDocumentCodec.Read(Encoding.UTF8.GetBytes(json)))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.BadInput));
        Assert.That(fault.Message, Does.Contain(cause));
        Assert.That(fault.ToString(), Does.Not.Contain(Secret1[2..]));
        Assert.That(SecretBuffer.LiveCount, Is.EqualTo(before));
    }

    [Test]
    public void Read_MutatedDocuments_EndInADocumentOrAFault()
    {
        byte[] valid = Encoding.UTF8.GetBytes(Document($"[{Validator}]", $",\"slashing_protection\":{TestKeys.SlashingProtection}"));
        byte[] interesting = "{}[]\",:\\x0f1 \n"u8.ToArray();
        Random random = new(2);
        int before = SecretBuffer.LiveCount;
        for (int round = 0; round < 5_000; round++)
        {
            List<byte> mutated = [.. valid];
            for (int change = random.Next(1, 3); change > 0; change--)
            {
                int at = random.Next(mutated.Count);
                switch (random.Next(4))
                {
                    case 0: mutated[at] = interesting[random.Next(interesting.Length)]; break;
                    case 1: mutated.Insert(at, interesting[random.Next(interesting.Length)]); break;
                    case 2: mutated.RemoveAt(at); break;
                    default: mutated[at] ^= (byte)(1 << random.Next(8)); break;
                }
            }

            try
            {
                using BackupDocument document = BackupDocumentCodec.Read(mutated.ToArray());

                // Whatever else changed, a key that is given out is the key of its public key.
                using BlsSecretKey key = document.GetSecretKey(0);
                Assert.That(key.GetPublicKey(), Is.EqualTo(document.Validators[0].PublicKey));
            }
            catch (FaultException fault)
            {
                Assert.That(fault.Fault, Is.EqualTo(Fault.BadInput));
            }
        }

        Assert.That(SecretBuffer.LiveCount, Is.EqualTo(before));
    }

    [FsCheck.NUnit.Property(MaxTest = 1000)]
    public bool Read_AnyBytes_EndsInADocumentOrAFault(byte[] bytes)
    {
        try
        {
            BackupDocumentCodec.Read(bytes).Dispose();
            return true;
        }
        catch (FaultException fault)
        {
            return fault.Fault == Fault.BadInput;
        }
    }

    private static string Document(string validators, string more = "") =>
        $$"""{"format":"hwbridge-backup","version":1,"created":"2026-01-31T12:00:00Z","validators":{{validators}}{{more}}}""";
}
