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

    private static AgeHeader Header(params X25519PublicKey[] recipients)
    {
        using SecretBuffer fileKey = SecretBuffer.Random(AgeFile.FileKeySize);
        AgeStanza[] stanzas = [.. recipients.Select(recipient => X25519Stanza.Wrap(fileKey, recipient))];
        return AgeHeader.Create([.. stanzas, TagStanza.Create(recipients, stanzas)], fileKey);
    }
}
