using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Age;
using HwBridge.Protocols.Age.Sharing;

namespace HwBridge.Protocols.Tests.Age.Sharing;

public class SharingStanzaTests
{
    private const string Stanza = """{"Type":"X25519","Args":["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"],"Body":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}""";

    private AgeIdentity[] _holders = null!;
    private SecretBuffer _fileKey = null!;
    private SecretBuffer _passphrase = null!;

    [SetUp]
    public void SetUp()
    {
        _holders = [.. Enumerable.Range(0, 5).Select(_ => new AgeIdentity())];
        _fileKey = SecretBuffer.Random(AgeFile.FileKeySize);
        _passphrase = SecretBuffer.CopyOf("six random words"u8);
    }

    [TearDown]
    public void TearDown()
    {
        Array.ForEach(_holders, holder => holder.Dispose());
        _fileKey.Dispose();
        _passphrase.Dispose();
    }

    [Test]
    public void Find_OfCreate_HasTheSharesInOrderWithTheirTagsAndChecks()
    {
        IReadOnlyList<AgeStanza> stanzas = Create(Nested());
        SharingStanza stanza = SharingStanza.Find(stanzas)!;
        WrappedShare[] held = [.. stanza.Root.HeldShares];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(stanzas.Select(one => one.Type), Is.EqualTo(new[] { "sss", "hwbridge-tags" }));
            Assert.That(stanza.Root.Threshold, Is.EqualTo(2));
            Assert.That(stanza.Root.Shares[2].Group!.Threshold, Is.EqualTo(2));
            Assert.That(held.Select(share => share.Number), Is.EqualTo(new[] { 1, 2, 3, 4, 5 }));
            Assert.That(held.Select(share => share.Type), Is.EqualTo(new[] { "X25519", "X25519", "X25519", "X25519", "scrypt" }));
            Assert.That(stanza.Root.Shares.Select(share => share.X), Is.EqualTo(new byte[] { 1, 2, 3 }));
        }

        for (int i = 0; i < 4; i++)
        {
            WrappedShare own = stanza.FindCandidates(_holders[i].Recipient, out bool tagged).Single();
            Assert.That((own.Number, tagged), Is.EqualTo((i + 1, true)));
            Assert.That(own.Tag.Length, Is.EqualTo(TagStanza.TagSize));
            using SecretBuffer share = Unwrap(own, _holders[i])!;
            using SecretBuffer another = SecretBuffer.CopyOf(share.Span);
            another.Span[3] ^= 1;
            Assert.That(own.Fits(share), Is.True);
            Assert.That(own.Fits(another), Is.False);
            Assert.That(held.Where(place => place != own).Any(place => place.Fits(share)), Is.False, "a share fits its own place only");
        }

        Assert.That(stanza.FindCandidates(_holders[4].Recipient, out bool known), Is.Empty);
        Assert.That(known, Is.True);
    }

    [Test]
    public void Create_Twice_HasNothingInCommonThatLinksTheFiles()
    {
        string[] first = Texts(Json(Create(Nested())));
        string[] second = Texts(Json(Create(Nested())));
        Assert.That(first.Where(text => text.Length > 8).Intersect(second), Is.Empty);
    }

    [Test]
    public void Create_ForThePlugin_HasItsMembersAndNoOtherThatItWouldRead()
    {
        JsonNode json = Json(Create(Nested()));

        // The plugin is written in Go, whose reader takes names without their case.
        string[] known = ["v", "t", "s", "k", "x"];
        Assert.That(Names(json).Where(name => known.Contains(name.ToLowerInvariant())).Distinct().Order(StringComparer.Ordinal), Is.EqualTo(new[] { "k", "s", "t", "v", "x" }));
        Assert.That(Names(json).Except(known).Distinct().Order(StringComparer.Ordinal), Is.EqualTo(new[] { "Args", "Body", "Type", "hwbridge-check", "hwbridge-set" }));
        JsonNode copies = Json(Create(new SharePolicy(1, [.. _holders.Take(2).Select(holder => ShareRecipient.Of(holder.Recipient))])));
        Assert.That(Names(copies), Does.Not.Contain("x"), "copies have no place on a polynomial");
    }

    [TestCase(0, 2, "0 of 2")]
    [TestCase(3, 2, "3 of 2")]
    [TestCase(1, 0, "not 0")]
    [TestCase(2, 256, "not 256")]
    public void Create_ImpossiblePolicy_IsRefused(int threshold, int count, string cause)
    {
        SharePolicy policy = new(threshold, [.. Enumerable.Range(0, count).Select(_ => ShareRecipient.Of(_passphrase))]);
        Assert.That(() => Create(policy), Throws.TypeOf<FaultException>().With.Message.Contains(cause)
            .And.Property(nameof(FaultException.Fault)).EqualTo(Fault.Usage));
    }

    [Test]
    public void Create_NestedTwice_IsRefused()
    {
        SharePolicy inner = new(1, [ShareRecipient.Of(_holders[0].Recipient)]);
        SharePolicy middle = new(1, [ShareRecipient.Of(inner)]);
        Assert.That(() => Create(new SharePolicy(1, [ShareRecipient.Of(middle)])), Throws.TypeOf<FaultException>().With.Message.Contains("within another"));
    }

    private static IEnumerable<TestCaseData> Malformed()
    {
        static string Share(string more) => $$"""{"v":1,"k":[{{Stanza}}]{{more}}}""";
        static string Root(string t, params string[] shares) => $$"""{"v":1,"t":{{t}},"s":[{{string.Join(',', shares)}}]}""";
        static TestCaseData Case(string name, string json, string cause) => new TestCaseData(json, cause).SetArgDisplayNames(name);
        string one = Share(""","x":1""");
        string two = Share(""","x":2""");
        yield return Case("threshold above the shares", Root("3", one, two), "3 of 2");
        yield return Case("threshold 0", Root("0", one, two), "0 of 2");
        yield return Case("threshold -1", Root("-1", one, two), "must be 0 to 255");
        yield return Case("threshold 1e9", Root("1000000000", one, two), "must be 0 to 255");
        yield return Case("two times the same x", Root("2", one, one), "same x");
        yield return Case("x = 0", Root("2", one, Share(""","x":0""")), "x = 0");
        yield return Case("no x", Root("2", one, Share(string.Empty)), "x = 0");
        yield return Case("x = 256", Root("2", one, Share(""","x":256""")), "must be 0 to 255");
        yield return Case("no shares", """{"v":1,"t":1}""", "either");
        yield return Case("empty shares", Root("1"), "1 of 0");
        yield return Case("a share alone", one, "\"s\"");
        yield return Case("shares and stanzas", $$"""{"v":1,"t":1,"s":[{{one}}],"k":[{{Stanza}}]}""", "either");
        yield return Case("version 2", """{"v":2,"t":1,"s":[]}""", "must be 1 to 1");
        yield return Case("nested too deep", Root("1", Root("1", Root("1", one))), "too deep");
        yield return Case("JSON too deep", Root("1", Share($",\"z\":{new string('[', 40)}{new string(']', 40)}")), "not well-formed");
        yield return Case("256 shares", Root("1", [.. Enumerable.Repeat(Share(string.Empty), 256)]), "255th");
        yield return Case("256 shares in groups", Root("1", [.. Enumerable.Repeat(Root("1", [.. Enumerable.Repeat(Share(string.Empty), 8)]), 32)]), "255th");
        yield return Case("a member twice", $$"""{"v":1,"v":1,"t":1,"s":[{{one}}]}""", "twice");
        yield return Case("no stanza", Root("1", """{"v":1,"k":[]}"""), "no stanza");
        yield return Case("17 stanzas", Root("1", $$"""{"v":1,"k":[{{string.Join(',', Enumerable.Repeat(Stanza, 17))}}]}"""), "16th");
        yield return Case("a stanza without a type", Root("1", """{"v":1,"k":[{"Args":[]}]}"""), "\"Type\"");
        yield return Case("a malformed X25519", Root("1", """{"v":1,"k":[{"Type":"X25519","Args":null,"Body":""}]}"""), "arguments");
        yield return Case("a scrypt of 2^40", Root("1", """{"v":1,"k":[{"Type":"scrypt","Args":["AAAAAAAAAAAAAAAAAAAAAA","40"],"Body":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}]}"""), "work factor");
        yield return Case("an argument with a space", Root("1", """{"v":1,"k":[{"Type":"a b"}]}"""), "without spaces");
        yield return Case("a body without padding", Root("1", """{"v":1,"k":[{"Type":"a","Body":"AAA"}]}"""), "base64");
        yield return Case("a short check", Root("1", Share(",\"hwbridge-check\":\"AAAA\"")), "16 bytes");
        yield return Case("a set without checks", $$"""{"v":1,"t":1,"s":[{{one}}],"hwbridge-set":"AAAAAAAAAAAAAAAAAAAAAA=="}""", "hwbridge-check");
        yield return Case("more after the end", Root("1", one) + "{}", "not well-formed");
        yield return Case("nothing", string.Empty, "not gzip");
    }

    [TestCaseSource(nameof(Malformed))]
    public void Find_Malformed_IsRefusedSayingWhy(string json, string cause) => Assert.That(
        () => SharingStanza.Find([Packed(json)]),
        Throws.TypeOf<FaultException>().With.Message.Contains(cause).And.Property(nameof(FaultException.Fault)).EqualTo(Fault.BadInput));

    [Test]
    public void Find_BombOfGzip_IsRefusedInLittleMemory()
    {
        byte[] bomb = Gzip(new byte[256 << 20]);
        byte[] twice = Gzip(Encoding.ASCII.GetBytes($"{new string(' ', 1 << 20)}{{}}"));
        long before = GC.GetAllocatedBytesForCurrentThread();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => SharingStanza.Find([new AgeStanza("sss", [], bomb)]), Throws.TypeOf<FaultException>().With.Message.Contains("inflates"));
            Assert.That(() => SharingStanza.Find([new AgeStanza("sss", [], twice)]), Throws.TypeOf<FaultException>().With.Message.Contains("inflates"));
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan((2 * bomb.Length) + (1 << 20)));
    }

    [Test]
    public void Find_EveryCutAndFlippedBit_IsRefusedOrTheSame()
    {
        IReadOnlyList<AgeStanza> stanzas = Create(Nested());
        byte[] body = stanzas[0].Body.ToArray();
        string whole = Encoding.UTF8.GetString(SharingStanza.Inflate(body));
        int points = 0;
        int same = 0;
        for (int length = 0; length < body.Length; length++, points++)
        {
            Assert.That(() => SharingStanza.Find([new AgeStanza("sss", [], body.AsMemory(0, length))]), Throws.TypeOf<FaultException>(), $"cut to {length}");
        }

        for (int bit = 0; bit < 8 * body.Length; bit++, points++)
        {
            byte[] changed = [.. body];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            try
            {
                _ = SharingStanza.Find([new AgeStanza("sss", [], changed)]);

                // The bits of gzip's own header that mean nothing: time, level, operating system.
                Assert.That(Encoding.UTF8.GetString(SharingStanza.Inflate(changed)), Is.EqualTo(whole), $"bit {bit}");
                same++;
            }
            catch (FaultException fault)
            {
                Assert.That(fault.Fault, Is.EqualTo(Fault.BadInput));
            }
        }

        TestContext.Out.WriteLine($"{points} cut or changed stanzas, {same} of them the same inside");
    }

    [Test]
    public void Reader_MutatedJson_EndsInSharesOrAFault()
    {
        byte[] valid = Encoding.UTF8.GetBytes(Json(Create(Nested())).ToJsonString());
        byte[][] pieces = [.. ((string[])["{", "}", "[", "]", ",", ":", "\"", "\\", "null", "1e999", "-1", "256", "\"s\":[", "\"k\":[", "\"t\":0,", "\"x\":0,", "\u00ff"]).Select(Encoding.UTF8.GetBytes)];
        Random random = new(4);
        int shares = 0;
        for (int round = 0; round < 30_000; round++)
        {
            List<byte> mutated = [.. valid];
            for (int change = random.Next(1, 4); change > 0; change--)
            {
                int at = random.Next(mutated.Count);
                int count = Math.Min(random.Next(1, 200), mutated.Count - at);
                switch (random.Next(5))
                {
                    case 0: mutated.InsertRange(at, pieces[random.Next(pieces.Length)]); break;
                    case 1: mutated.RemoveRange(at, count); break;
                    case 2: mutated.InsertRange(at, mutated.GetRange(at, count)); break;
                    default: mutated[at] ^= (byte)(1 << random.Next(8)); break;
                }
            }

            byte[] text = [.. mutated];
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                ShareGroup root = new SharingStanzaReader(text).Read(default);
                Assert.That(root.Threshold, Is.InRange(1, root.Shares.Count));
                shares++;
            }
            catch (FaultException fault)
            {
                Assert.That(fault.Fault, Is.EqualTo(Fault.BadInput));
            }

            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(200_000 + (100 * text.Length)));
        }

        Assert.That(shares, Is.GreaterThan(0));
        TestContext.Out.WriteLine($"30000 changed documents, {shares} of them still shares");
    }

    private SharePolicy Nested() => new(
        2,
        [
            ShareRecipient.Of(_holders[0].Recipient),
            ShareRecipient.Of(_holders[1].Recipient),
            ShareRecipient.Of(new SharePolicy(
                2, [ShareRecipient.Of(_holders[2].Recipient), ShareRecipient.Of(_holders[3].Recipient), ShareRecipient.Of(_passphrase)])),
        ]);

    private IReadOnlyList<AgeStanza> Create(SharePolicy policy) => SharingStanza.Create(_fileKey, policy, workFactor: 2);

    private static SecretBuffer? Unwrap(WrappedShare share, AgeIdentity holder)
    {
        using SecretBuffer shared = holder.Agree(share.ForKey!.EphemeralShare);
        return share.ForKey.TryUnwrap(holder.Recipient, shared);
    }

    private static JsonNode Json(IReadOnlyList<AgeStanza> stanzas) => JsonNode.Parse(SharingStanza.Inflate(stanzas[0].Body.Span))!;

    private static IEnumerable<string> Names(JsonNode node) => node switch
    {
        JsonObject members => members.SelectMany(member => Names(member.Value!).Prepend(member.Key)),
        JsonArray elements => elements.SelectMany(element => Names(element!)),
        _ => [],
    };

    private static string[] Texts(JsonNode node) => node switch
    {
        JsonObject members => [.. members.SelectMany(member => Texts(member.Value!))],
        JsonArray elements => [.. elements.SelectMany(element => Texts(element!))],
        JsonValue value when value.GetValueKind() == JsonValueKind.String => [value.GetValue<string>()],
        _ => [],
    };

    private static AgeStanza Packed(string json) => new("sss", [], Gzip(Encoding.UTF8.GetBytes(json)));

    private static byte[] Gzip(byte[] bytes)
    {
        using MemoryStream packed = new();
        using (GZipStream gzip = new(packed, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return packed.ToArray();
    }
}
