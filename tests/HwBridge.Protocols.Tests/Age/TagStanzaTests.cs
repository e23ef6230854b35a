using HwBridge.Core.KeyStores;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Age;

namespace HwBridge.Protocols.Tests.Age;

public class TagStanzaTests
{
    [Test]
    public void FindCandidates_SeveralRecipients_FindsEachItsOwn()
    {
        AgeIdentity[] identities = [new(), new(), new(), new()];
        AgeHeader header = Header([.. identities.Select(identity => identity.Recipient)]);
        for (int i = 0; i < identities.Length; i++)
        {
            IReadOnlyList<X25519Stanza> mine = TagStanza.FindCandidates(header, identities[i].Recipient, out bool tagged);
            Assert.That(tagged, Is.True);
            Assert.That(mine, Has.Count.EqualTo(1));
            Assert.That(X25519Stanza.TryParse(header.Stanzas[i], out X25519Stanza? expected), Is.True);
            Assert.That(mine[0].EphemeralShare, Is.EqualTo(expected!.EphemeralShare));
            identities[i].Dispose();
        }
    }

    [Test]
    public void FindCandidates_Stranger_FindsNone()
    {
        using AgeIdentity owner = new();
        using AgeIdentity stranger = new();
        Assert.That(TagStanza.FindCandidates(Header(owner.Recipient), stranger.Recipient, out bool tagged), Is.Empty);
        Assert.That(tagged, Is.True);
    }

    [Test]
    public void Create_SameRecipientTwice_GivesUnlinkableTags()
    {
        using AgeIdentity owner = new();
        HashSet<string> tags = [];
        for (int i = 0; i < 200; i++)
        {
            tags.Add(Convert.ToHexString(Header(owner.Recipient).Stanzas[^1].Body.Span));
        }

        // 4 bytes each: two equal ones among 200 would come by chance once in 200,000 runs.
        Assert.That(tags, Has.Count.EqualTo(200));
    }

    [Test]
    public void FindCandidates_NoTags_GivesEveryStanza()
    {
        using AgeIdentity owner = new();
        using SecretBuffer fileKey = SecretBuffer.Random(AgeFile.FileKeySize);
        AgeStanza stanza = X25519Stanza.Wrap(fileKey, owner.Recipient);
        AgeHeader header = AgeHeader.Create([stanza, new AgeStanza("other", [], default), stanza], fileKey);
        Assert.That(TagStanza.FindCandidates(header, owner.Recipient, out bool tagged), Has.Count.EqualTo(2));
        Assert.That(tagged, Is.False);
    }

    [TestCase(0)]
    [TestCase(3)]
    [TestCase(8)]
    public void FindCandidates_TagsThatDoNotFit_AreIgnored(int length)
    {
        using AgeIdentity owner = new();
        using SecretBuffer fileKey = SecretBuffer.Random(AgeFile.FileKeySize);
        AgeHeader header = AgeHeader.Create(
            [X25519Stanza.Wrap(fileKey, owner.Recipient), new AgeStanza(TagStanza.Type, [], new byte[length])], fileKey);
        Assert.That(TagStanza.FindCandidates(header, owner.Recipient, out bool tagged), Has.Count.EqualTo(1));
        Assert.That(tagged, Is.False);
    }

    [Test]
    public void FindCandidates_CollidingTag_GivesBothInOrder()
    {
        using AgeIdentity owner = new();
        using AgeIdentity other = new();
        using SecretBuffer fileKey = SecretBuffer.Random(AgeFile.FileKeySize);
        AgeStanza theirs = X25519Stanza.Wrap(fileKey, other.Recipient);
        AgeStanza mine = X25519Stanza.Wrap(fileKey, owner.Recipient);

        // As if the other's tag were, by chance, the one that the owner computes for that stanza.
        AgeStanza tags = TagStanza.Create([owner.Recipient, owner.Recipient], [theirs, mine]);
        AgeHeader header = AgeHeader.Create([theirs, mine, tags], fileKey);
        Assert.That(TagStanza.FindCandidates(header, owner.Recipient, out _), Has.Count.EqualTo(2));
        using SecretBuffer? opened = owner.TryUnwrap(header);
        Assert.That(opened, Is.Not.Null);
    }

    [Test]
    public void FindCandidates_SingleTags_TellEachItsOwn()
    {
        using AgeIdentity first = new();
        using AgeIdentity second = new();
        using AgeIdentity stranger = new();
        using SecretBuffer fileKey = SecretBuffer.Random(AgeFile.FileKeySize);
        AgeStanza[] stanzas = [.. Tagged(fileKey, first), new AgeStanza("grease", [], default), .. Tagged(fileKey, second)];
        Assert.That(TagStanza.FindCandidates(stanzas, first.Recipient, out bool tagged), Has.Count.EqualTo(1));
        Assert.That(tagged, Is.True);
        Assert.That(
            TagStanza.FindCandidates(stanzas, second.Recipient, out _).Single().EphemeralShare,
            Is.EqualTo(Parse(stanzas[3]).EphemeralShare));
        Assert.That(TagStanza.FindCandidates(stanzas, stranger.Recipient, out tagged), Is.Empty);
        Assert.That(tagged, Is.True);
    }

    [Test]
    public void FindCandidates_OneSingleTagAmongPlainStanzas_LeavesOnlyThePlainOnesOpen()
    {
        using AgeIdentity owner = new();
        using AgeIdentity other = new();
        using SecretBuffer fileKey = SecretBuffer.Random(AgeFile.FileKeySize);
        AgeStanza[] stanzas =
            [X25519Stanza.Wrap(fileKey, other.Recipient), .. Tagged(fileKey, owner), X25519Stanza.Wrap(fileKey, other.Recipient)];
        Assert.That(TagStanza.FindCandidates(stanzas, owner.Recipient, out bool tagged), Has.Count.EqualTo(1));
        Assert.That(tagged, Is.True);
        IReadOnlyList<X25519Stanza> open = TagStanza.FindCandidates(stanzas, other.Recipient, out tagged);
        Assert.That(tagged, Is.False);
        Assert.That(
            open.Select(stanza => stanza.EphemeralShare),
            Is.EqualTo(new[] { Parse(stanzas[0]).EphemeralShare, Parse(stanzas[3]).EphemeralShare }));
    }

    [TestCase("after another stanza")]
    [TestCase("with an argument")]
    [TestCase("of 5 bytes")]
    [TestCase("first of all")]
    public void FindCandidates_SingleTagThatDoesNotFit_IsIgnored(string how)
    {
        using AgeIdentity owner = new();
        using AgeIdentity stranger = new();
        using SecretBuffer fileKey = SecretBuffer.Random(AgeFile.FileKeySize);
        AgeStanza share = X25519Stanza.Wrap(fileKey, owner.Recipient);
        ReadOnlyMemory<byte> tag = TagStanza.CreateSingle(stranger.Recipient, share).Body;
        AgeStanza[] stanzas = how switch
        {
            "after another stanza" => [share, new AgeStanza("grease", [], default), new AgeStanza(TagStanza.SingleType, [], tag)],
            "with an argument" => [share, new AgeStanza(TagStanza.SingleType, ["1"], tag)],
            "of 5 bytes" => [share, new AgeStanza(TagStanza.SingleType, [], (byte[])[.. tag.Span, 0])],
            _ => [new AgeStanza(TagStanza.SingleType, [], tag), share],
        };
        Assert.That(TagStanza.FindCandidates(stanzas, owner.Recipient, out bool tagged), Has.Count.EqualTo(1));
        Assert.That(tagged, Is.False);
    }

    // The value of protocols/hwbridge/backup.md § Tags: recipient 32 bytes of 0x01, share 32 bytes of 0x02.
    [Test]
    public void Compute_WrittenExample_GivesItsTag()
    {
        byte[] one = [.. Enumerable.Repeat((byte)1, 32)];
        byte[] two = [.. Enumerable.Repeat((byte)2, 32)];
        byte[] tag = new byte[TagStanza.TagSize];
        TagStanza.Compute(new X25519PublicKey(one), new X25519PublicKey(two), tag);
        Assert.That(Convert.ToHexStringLower(tag), Is.EqualTo("6e3435cc"));
    }

    private static AgeStanza[] Tagged(SecretBuffer fileKey, AgeIdentity identity)
    {
        AgeStanza share = X25519Stanza.Wrap(fileKey, identity.Recipient);
        return [share, TagStanza.CreateSingle(identity.Recipient, share)];
    }

    private static X25519Stanza Parse(AgeStanza stanza) =>
        X25519Stanza.TryParse(stanza, out X25519Stanza? parsed) ? parsed : throw new AssertionException("no X25519 stanza");

    private static AgeHeader Header(params X25519PublicKey[] recipients)
    {
        using SecretBuffer fileKey = SecretBuffer.Random(AgeFile.FileKeySize);
        AgeStanza[] stanzas = [.. recipients.Select(recipient => X25519Stanza.Wrap(fileKey, recipient))];
        return AgeHeader.Create([.. stanzas, TagStanza.Create(recipients, stanzas)], fileKey);
    }
}
