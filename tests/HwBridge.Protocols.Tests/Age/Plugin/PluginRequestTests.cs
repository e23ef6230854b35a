using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Age;
using HwBridge.Protocols.Age.Plugin;

namespace HwBridge.Protocols.Tests.Age.Plugin;

public class PluginRequestTests
{
    [Test]
    public void IdentityRequest_SeveralFilesWithGrease_KeepsEachInItsPlace()
    {
        IdentityRequest request = new();
        Feed(
            request.Take,
            ("add-identity", ["first"], []),
            ("grease-x", ["0", "1"], new byte[100]),
            ("recipient-stanza", ["7", "X25519", "a"], [1]),
            ("recipient-stanza", ["0", "other"], []),
            ("add-identity", ["second"], []),
            ("recipient-stanza", ["7", "hwbridge-tags"], [2, 3]),
            ("done", [], []));
        Assert.That(request.Identities, Is.EqualTo(new[] { "first", "second" }));
        Assert.That(request.Files, Is.EqualTo(new[] { 0, 7 }));
        Assert.That(request.StanzasOf(7).Select(stanza => stanza.Type), Is.EqualTo(new[] { "X25519", "hwbridge-tags" }));
        Assert.That(request.StanzasOf(7)[0].Arguments, Is.EqualTo(new[] { "a" }));
        Assert.That(request.StanzasOf(7)[1].Body.ToArray(), Is.EqualTo(new byte[] { 2, 3 }));
        Assert.That(request.StanzasOf(0)[0].Arguments, Is.Empty);
    }

    [TestCase("recipient-stanza", "0")]
    [TestCase("recipient-stanza", "-1 X25519")]
    [TestCase("recipient-stanza", "x X25519")]
    [TestCase("recipient-stanza", "99999999999 X25519")]
    [TestCase("add-identity", "a b")]
    public void IdentityRequest_MalformedCommand_IsAFault(string type, string arguments) => Assert.That(
        () => Feed(new IdentityRequest().Take, (type, arguments.Split(' '), [])),
        Throws.TypeOf<FaultException>().With.Property("Fault").EqualTo(Fault.BadInput));

    [Test]
    public void IdentityRequest_MoreThanTheLimits_IsAFault()
    {
        (string, string[], byte[]) stanza = ("recipient-stanza", ["0", "a"], []);
        Assert.That(
            () => Feed(new IdentityRequest().Take, [.. Enumerable.Repeat(stanza, AgeHeader.MaxStanzas)]),
            Throws.Nothing);
        Assert.That(
            () => Feed(new IdentityRequest().Take, [.. Enumerable.Repeat(stanza, AgeHeader.MaxStanzas + 1)]),
            Throws.TypeOf<FaultException>().With.Message.Contains("stanzas of one file"));
        Assert.That(
            () => Feed(
                new IdentityRequest().Take,
                [.. Enumerable.Range(0, IdentityRequest.MaxItems + 1)
                    .Select(i => ("recipient-stanza", new[] { $"{i}", "a" }, Array.Empty<byte>()))]),
            Throws.TypeOf<FaultException>().With.Message.Contains("files"));
    }

    [Test]
    public void RecipientRequest_SeveralFileKeys_AreKeptUntilDisposed()
    {
        int live = SecretBuffer.LiveCount;
        using (RecipientRequest request = new())
        {
            Feed(
                request.Take,
                ("add-recipient", ["age1x"], []),
                ("extension-labels", [], []),
                ("add-identity", ["i"], []),
                ("wrap-file-key", [], [.. Enumerable.Repeat((byte)1, 16)]),
                ("wrap-file-key", ["grease"], [.. Enumerable.Repeat((byte)2, 16)]),
                ("done", [], []));
            Assert.That(request.Recipients, Is.EqualTo(new[] { "age1x" }));
            Assert.That(request.Identities, Is.EqualTo(new[] { "i" }));
            Assert.That(request.FileKeys, Has.Count.EqualTo(2));
            Assert.That(request.FileKeys[1].Span.IndexOfAnyExcept((byte)2), Is.EqualTo(-1));
        }

        Assert.That(SecretBuffer.LiveCount, Is.EqualTo(live));
    }

    [TestCase(0)]
    [TestCase(15)]
    [TestCase(17)]
    [TestCase(32)]
    public void RecipientRequest_FileKeyOfAnotherLength_IsAFault(int length)
    {
        using RecipientRequest request = new();
        Assert.That(
            () => Feed(request.Take, ("wrap-file-key", [], new byte[length])),
            Throws.TypeOf<FaultException>().With.Message.Contains($"{length} bytes"));
    }

    [Test]
    public void RecipientRequest_TooManyFileKeys_IsAFault()
    {
        using RecipientRequest request = new();
        Assert.That(
            () => Feed(
                request.Take,
                [.. Enumerable.Repeat(("wrap-file-key", Array.Empty<string>(), new byte[16]), RecipientRequest.MaxFileKeys + 1)]),
            Throws.TypeOf<FaultException>().With.Message.Contains("file keys"));
    }

    private static void Feed(Func<PluginStanzaReader, bool> take, params (string Type, string[] Arguments, byte[] Body)[] stanzas)
    {
        using SecretWriter text = new();
        foreach ((string type, string[] arguments, byte[] body) in stanzas)
        {
            PluginStanzaWriter.Write(text, type, arguments, body);
        }

        using PluginStanzaReader reader = new();
        ReadOnlySpan<byte> rest = text.WrittenSpan;
        while (reader.Read(ref rest))
        {
            Assert.That(take(reader), Is.EqualTo(reader.Type == "done"));
        }
    }
}
