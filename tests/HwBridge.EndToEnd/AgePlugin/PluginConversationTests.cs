using HwBridge.Core.KeyStores;
using HwBridge.Core.Secrets;
using HwBridge.EndToEnd.Faults;
using HwBridge.Protocols.Age;

namespace HwBridge.EndToEnd.AgePlugin;

/// <summary>What other age programs do and Debian's does not: several files and identities at once, unknown commands, odd answers.</summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class PluginConversationTests : IDisposable
{
    private const string Garbage = "AGE-PLUGIN-HWBRIDGE-1QQQQ";

    private readonly AgeWorkplace _age = new();

    public void Dispose() => _age.Dispose();

    [Test]
    public async Task Identity_SeveralFilesAndIdentitiesWithGrease_OpensAllWithOneConfirmationEach()
    {
        using SoftwareDevice ledger = await _age.StartAsync("ledger").ConfigureAwait(false);
        using SoftwareDevice trezor = await _age.StartAsync("t2t1").ConfigureAwait(false);
        (string ledgerLine, X25519PublicKey ledgerKey) = await EnrolAsync(ledger).ConfigureAwait(false);
        (string trezorLine, X25519PublicKey trezorKey) = await EnrolAsync(trezor).ConfigureAwait(false);
        Dictionary<int, SecretBuffer> keys = new[] { 0, 3, 7, 8 }.ToDictionary(file => file, _ => SecretBuffer.Random(AgeFile.FileKeySize));
        AgeStanza grease = new("x!y-grease", ["1", "2"], new byte[99]);
        using PluginClient client = new("identity-v1", $"{ledger.Uri} {trezor.Uri}");
        client.Send("f00-grease", "a", "b");
        client.Send("add-identity", Garbage);
        client.Send(7, Tagged(keys[7], trezorKey, ledgerKey));
        client.Send("add-identity", ledgerLine);
        client.Send(0, [grease, .. Tagged(keys[0], trezorKey), grease]);
        client.Send("-grease", new byte[48]);
        client.Send("add-identity", trezorLine);
        client.Send(3, [X25519Stanza.Wrap(keys[3], ledgerKey)]);
        client.Send(8, [.. Single(keys[8], trezorKey), grease, .. Single(keys[8], ledgerKey), .. Single(keys[8], new X25519PublicKey([.. Enumerable.Repeat((byte)9, 32)]))]);
        client.Send("done");
        IReadOnlyList<PluginStanza> said = await client.TalkAsync().ConfigureAwait(false);
        Dictionary<int, byte[]> opened = said.Where(stanza => stanza.Type == "file-key").ToDictionary(
            stanza => int.Parse(stanza.Arguments.Single(), System.Globalization.CultureInfo.InvariantCulture), stanza => stanza.Body);
        foreach ((int file, SecretBuffer key) in keys)
        {
            Assert.That(opened[file], Is.EqualTo(key.Span.ToArray()), $"file {file}");
            key.Dispose();
        }

        // The line that is none is of no interest once everything is open.
        Assert.That(said.Select(stanza => stanza.Type).Distinct(), Is.EquivalentTo(new[] { "msg", "file-key", "done" }));
        Assert.That(await client.ExitAsync().ConfigureAwait(false), Is.Zero);
        await AgeWorkplace.ConfirmedAsync(ledger, 3).ConfigureAwait(false);
        await AgeWorkplace.ConfirmedAsync(trezor, 1).ConfigureAwait(false);
    }

    [Test]
    public async Task Identity_SomeThatFail_AreReportedEachWithItsPlaceAndCause()
    {
        using SoftwareDevice ledger = await _age.StartAsync("ledger").ConfigureAwait(false);
        (string line, X25519PublicKey key) = await EnrolAsync(ledger).ConfigureAwait(false);
        (string strange, X25519PublicKey strangeKey) = await StrangerAsync().ConfigureAwait(false);
        using SecretBuffer fileKey = SecretBuffer.Random(AgeFile.FileKeySize);
        using PluginClient client = new("identity-v1", ledger.Uri);
        client.Send("add-identity", "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq");
        client.Send("add-identity", Garbage);
        client.Send("add-identity", strange);
        client.Send("add-identity", line);
        client.Send(0, Tagged(fileKey, key));
        client.Send(1, Tagged(fileKey, strangeKey));
        client.Send(2, [new AgeStanza("other", [], default), new AgeStanza("X25519", ["AAAA"], new byte[32])]);
        client.Send("done");
        IReadOnlyList<PluginStanza> said = await client.TalkAsync().ConfigureAwait(false);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(said.Count(stanza => stanza.Type == "file-key"), Is.EqualTo(1));
            Assert.That(Error(said, "stanza 2 1"), Does.Contain("not 32 bytes"));
            Assert.That(Error(said, "identity 0"), Does.Contain("recipient (age1…), not an identity"));
            Assert.That(Error(said, "identity 1"), Does.Contain("checksum"));
            Assert.That(Error(said, "identity 2"), Does.Contain("belongs to a trezor"));
            Assert.That(said[^1].Type, Is.EqualTo("done"));
        }

        await AgeWorkplace.ConfirmedAsync(ledger, 1).ConfigureAwait(false);
    }

    [TestCase("ledger")]
    [TestCase("t2t1")]
    [TestCase("t1b1")]
    public async Task Identity_ShareOfLowOrder_IsRefused(string maker)
    {
        using SoftwareDevice device = await _age.StartAsync(maker).ConfigureAwait(false);
        (string line, _) = await EnrolAsync(device).ConfigureAwait(false);
        using PluginClient client = new("identity-v1", device.Uri);
        client.Send("add-identity", line);
        client.Send(0, [new AgeStanza("X25519", [Convert.ToBase64String(new byte[32]).TrimEnd('=')], new byte[32])]);
        client.Send("done");
        IReadOnlyList<PluginStanza> said = await client.TalkAsync().ConfigureAwait(false);
        Assert.That(said.Select(stanza => stanza.Type), Does.Not.Contain("file-key"));
        Assert.That(Error(said, "identity 0"), Is.Not.Empty);
        Assert.That(said[^1].Type, Is.EqualTo("done"));
    }

    [Test]
    public async Task Recipient_SeveralKeysAndIdentities_GivesStanzasThatTheDevicesOpen()
    {
        using SoftwareDevice ledger = await _age.StartAsync("ledger").ConfigureAwait(false);
        using SoftwareDevice trezor = await _age.StartAsync("t1b1").ConfigureAwait(false);
        (string ledgerLine, _) = await EnrolAsync(ledger).ConfigureAwait(false);
        (string trezorLine, _) = await EnrolAsync(trezor).ConfigureAwait(false);
        byte[][] keys = [[.. Enumerable.Repeat((byte)1, 16)], [.. Enumerable.Repeat((byte)2, 16)]];
        Dictionary<int, List<AgeStanza>> files = new() { [0] = [], [1] = [] };
        using (PluginClient writer = new("recipient-v1", ""))
        {
            writer.Send("extension-labels");
            writer.Send("add-identity", ledgerLine);
            writer.Send("wrap-file-key", keys[0]);
            writer.Send("x-grease", "y");
            writer.Send("add-identity", trezorLine);
            writer.Send("wrap-file-key", keys[1]);
            writer.Send("add-identity", ledgerLine);
            writer.Send("done");
            foreach (PluginStanza stanza in (await writer.TalkAsync().ConfigureAwait(false)).SkipLast(1))
            {
                Assert.That(stanza.Type, Is.EqualTo("recipient-stanza"));
                files[stanza.Arguments[0] == "0" ? 0 : 1].Add(new AgeStanza(stanza.Arguments[1], [.. stanza.Arguments.Skip(2)], stanza.Body));
            }
        }

        Assert.That(files[0].Select(stanza => stanza.Type), Is.EqualTo(new[] { "X25519", "hwbridge-tag", "X25519", "hwbridge-tag" }));
        foreach (string line in (string[])[ledgerLine, trezorLine])
        {
            using PluginClient reader = new("identity-v1", $"{ledger.Uri} {trezor.Uri}");
            reader.Send("add-identity", line);
            reader.Send(0, files[0]);
            reader.Send(1, files[1]);
            reader.Send("done");
            IReadOnlyList<PluginStanza> said = await reader.TalkAsync().ConfigureAwait(false);
            Assert.That(said.Where(stanza => stanza.Type == "file-key").Select(stanza => stanza.Body), Is.EqualTo(keys));
        }

        await AgeWorkplace.ConfirmedAsync(ledger, 2).ConfigureAwait(false);
        await AgeWorkplace.ConfirmedAsync(trezor, 2).ConfigureAwait(false);
    }

    [Test]
    public async Task Recipient_OneThatIsNone_WritesNothingAtAll()
    {
        (string line, _) = await StrangerAsync().ConfigureAwait(false);
        using PluginClient client = new("recipient-v1", "");
        client.Send("add-recipient", "age1hwbridge1qqqq");
        client.Send("add-identity", line);
        client.Send("add-identity", Garbage);
        client.Send("wrap-file-key", new byte[16]);
        client.Send("done");
        IReadOnlyList<PluginStanza> said = await client.TalkAsync().ConfigureAwait(false);
        Assert.That(said.Select(stanza => stanza.Type), Is.EqualTo(new[] { "error", "error", "done" }));
        Assert.That(Error(said, "recipient 0"), Does.Contain("no recipients of its own form"));
        Assert.That(Error(said, "identity 1"), Does.Contain("checksum"));
    }

    [TestCase("fail")]
    [TestCase("unsupported")]
    [TestCase("x-grease")]
    public async Task Identity_MessagesThatNobodyTakes_AreNoReasonToStop(string answer)
    {
        (string line, X25519PublicKey key) = await StrangerAsync().ConfigureAwait(false);
        using SecretBuffer fileKey = SecretBuffer.Random(AgeFile.FileKeySize);
        using PluginClient client = new("identity-v1", "emulator:trezor");
        client.Send("add-identity", line);
        client.Send(0, Tagged(fileKey, key));
        client.Send("done");
        IReadOnlyList<PluginStanza> said = await client.TalkAsync(stanza =>
            PluginClient.Encode(stanza.Type == "file-key" ? "ok" : answer, ["with", "arguments"], new byte[100])).ConfigureAwait(false);
        Assert.That(said.Select(stanza => stanza.Type), Is.EqualTo(new[] { "msg", "msg", "file-key", "done" }));
        Assert.That(said[0].Text, Does.Contain("a published seed: anybody can open"));
    }

    [Test]
    public async Task Identity_FileKeyThatIsRefused_EndsWithAnError()
    {
        (string line, X25519PublicKey key) = await StrangerAsync().ConfigureAwait(false);
        using SecretBuffer fileKey = SecretBuffer.Random(AgeFile.FileKeySize);
        using PluginClient client = new("identity-v1", "emulator:trezor");
        client.Send("add-identity", line);
        client.Send(0, Tagged(fileKey, key));
        client.Send("done");
        IReadOnlyList<PluginStanza> said = await client.TalkAsync(_ => PluginClient.Encode("fail", [], [])).ConfigureAwait(false);
        Assert.That(said.Select(stanza => stanza.Type), Is.EqualTo(new[] { "msg", "msg", "file-key", "error", "done" }));
    }

    [Test]
    public async Task Request_OverALimitOrMalformed_IsAnErrorAfterItsEnd()
    {
        using (PluginClient client = new("identity-v1", "emulator:trezor"))
        {
            client.Send(0, Enumerable.Repeat(new AgeStanza("a", [], default), AgeHeader.MaxStanzas + 2));
            client.Send("done");
            IReadOnlyList<PluginStanza> said = await client.TalkAsync().ConfigureAwait(false);
            Assert.That(said.Select(stanza => stanza.Type), Is.EqualTo(new[] { "error", "done" }));
            Assert.That(Error(said, "internal"), Does.Contain("stanzas of one file"));
        }

        using (PluginClient client = new("recipient-v1", ""))
        {
            client.Send("wrap-file-key", new byte[15]);
            client.Send("done");
            Assert.That(Error(await client.TalkAsync().ConfigureAwait(false), "internal"), Does.Contain("file key of 15 bytes"));
        }

        using (PluginClient client = new("identity-v1", ""))
        {
            client.Write("add-identity\n\n"u8.ToArray());
            Assert.That(Error(await client.TalkAsync().ConfigureAwait(false), "internal"), Does.Contain("stanza 1"));
        }
    }

    [Test]
    public async Task Request_NothingToDo_IsDone()
    {
        foreach (string machine in (string[])["identity-v1", "recipient-v1"])
        {
            using PluginClient client = new(machine, "nonsense");
            client.Send("done");
            Assert.That((await client.TalkAsync().ConfigureAwait(false)).Select(stanza => stanza.Type), Is.EqualTo(new[] { "done" }));
            Assert.That(await client.ExitAsync().ConfigureAwait(false), Is.Zero);
        }
    }

    [TestCase("")]
    [TestCase("--age-plugin=identity-v2")]
    [TestCase("--help")]
    public async Task Program_StartedByHand_SaysWhatItIsFor(string argument)
    {
        Outcome outcome = await _age.Place.RunAsync(["age-plugin-hwbridge", .. argument.Length > 0 ? [argument] : Array.Empty<string>()]).ConfigureAwait(false);
        Assert.That(outcome.ExitCode, Is.EqualTo(2));
        Assert.That(outcome.Output, Is.Empty);
        Assert.That(outcome.Error, Does.Contain("run by the age program").And.Contain("hwbridge recipient --identity"));
    }

    private static string Error(IReadOnlyList<PluginStanza> said, string about) =>
        said.SingleOrDefault(stanza => stanza.Type == "error" && string.Join(' ', stanza.Arguments) == about)?.Text
        ?? throw new AssertionException($"no error about {about}:\n{string.Join('\n', said)}");

    private static IEnumerable<AgeStanza> Tagged(SecretBuffer fileKey, params X25519PublicKey[] recipients)
    {
        AgeStanza[] stanzas = [.. recipients.Select(recipient => X25519Stanza.Wrap(fileKey, recipient))];
        return [.. stanzas, TagStanza.Create(recipients, stanzas)];
    }

    private static IEnumerable<AgeStanza> Single(SecretBuffer fileKey, X25519PublicKey recipient)
    {
        AgeStanza stanza = X25519Stanza.Wrap(fileKey, recipient);
        return [stanza, TagStanza.CreateSingle(recipient, stanza)];
    }

    private async Task<(string Line, X25519PublicKey Key)> EnrolAsync(SoftwareDevice device)
    {
        (string file, string recipient) = await _age.EnrolAsync(device, "--no-device-test").ConfigureAwait(false);
        return ((await File.ReadAllLinesAsync(file).ConfigureAwait(false))[^1], AgeRecipient.Parse(recipient));
    }

    /// <summary>The embedded Trezor, which needs no other process.</summary>
    private async Task<(string Line, X25519PublicKey Key)> StrangerAsync()
    {
        Outcome outcome = await _age.Place.HwBridgeAsync("recipient", "--identity", "--no-device-test", "--device", "emulator:trezor").ConfigureAwait(false);
        return (outcome.Document().GetProperty("identity").GetString()!, AgeRecipient.Parse(outcome.Document().GetProperty("recipient").GetString()!));
    }
}
