using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using HwBridge.Backups.Sharing;
using HwBridge.Backups.Tests.Files;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.People;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Age;
using HwBridge.Protocols.Age.Sharing;

namespace HwBridge.Backups.Tests.Sharing;

public class SharedBackupTests
{
    private const int WorkFactor = 2;

    private TemporaryFolder _folder = null!;
    private SoftwareSealing[] _devices = null!;
    private SoftwareSealing _stranger = null!;
    private SecretBuffer _passphrase = null!;
    private RecordingPerson _person = null!;
    private int _live;

    [SetUp]
    public void SetUp()
    {
        _live = SecretBuffer.LiveCount;
        _folder = new TemporaryFolder();
        _devices = [.. Enumerable.Range(0, 5).Select(_ => new SoftwareSealing())];
        _stranger = new SoftwareSealing();
        _passphrase = TestKeys.Password("six random words");
        _person = new RecordingPerson();
    }

    [TearDown]
    public void TearDown()
    {
        Array.ForEach(_devices, device => device.Dispose());
        _stranger.Dispose();
        _passphrase.Dispose();
        _folder.Dispose();
        Assert.That(SecretBuffer.LiveCount, Is.EqualTo(_live), "every secret is wiped, whatever happened");
    }

    [Test]
    public async Task Create_ForSharesThenOpen_EverySubsetOpensOrNamesWhatIsMissing()
    {
        using SecretBuffer password = TestKeys.Password();
        BackupReceipt receipt = await BackupCreator.CreateAsync(
            TestKeys.Request(password, 1, [], _folder["a.age"]) with { Shares = Policy(3, 5) }, null, CancellationToken.None);
        Assert.That(receipt.Validators, Has.Count.EqualTo(1));
        int opened = 0;
        for (int chosen = 0; chosen < 32; chosen++)
        {
            SoftwareSealing[] some = [.. _devices.Where((_, i) => (chosen >> i & 1) == 1)];
            int[] asked = [.. some.Select(device => device.Asked)];
            if (some.Length >= 3)
            {
                using BackupDocument document = await OpenAsync(some);
                Assert.That(document.Validators, Has.Count.EqualTo(1));
                Assert.That(some.Select((device, i) => device.Asked - asked[i]), Is.EqualTo(some.Select((_, i) => i < 3 ? 1 : 0)), "no more than it takes");
                opened++;
            }
            else
            {
                FaultException fault = Refused(some);
                Assert.That(fault.Fault, Is.EqualTo(Fault.CannotDecrypt));
                Assert.That(fault.Message, Does.Contain(some.Length == 2 ? "1 more share is needed" : $"{3 - some.Length} more shares are needed"));
                Assert.That(fault.Message.Split("(tag ").Length - 1, Is.EqualTo(5 - some.Length), "each that remains, by its tag");
            }
        }

        Assert.That(opened, Is.EqualTo(16));
    }

    [Test]
    public async Task Open_Nested_OpensByWhicheverWay()
    {
        Save(Encrypt(Nested()));
        foreach (int[] way in (int[][])[[0, 1], [0, 2, 3], [3, 2, 1], [2, 3, 0], [1, 0, 2]])
        {
            using BackupDocument document = await OpenAsync([.. way.Select(i => _devices[i])]);
            Assert.That(document.Validators, Has.Count.EqualTo(1), string.Join(',', way));
        }

        Assert.That(Refused(_devices[0], _devices[2]).Message, Does.Contain("1 more share is needed, of: share 2 (tag ")
            .And.Contain("1 of {share 4 (tag ").And.Contain("share 5 (a passphrase)}"));
        using BackupDocument withPassphrase = await OpenAsync(
            new BackupKeys { Devices = [_devices[2], _devices[0]], Passphrases = [_passphrase] }, _person);
        Assert.That(withPassphrase.Validators, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Open_WithAPersonWhoKnowsThePassphrase_AsksUntilItIsRight()
    {
        Save(Encrypt(Nested()));
        AnsweringPerson person = new("wrong", "six random words");
        BackupKeys keys = new() { Devices = [_devices[0], _devices[3]], AskPassphrases = true };
        using BackupDocument document = await OpenAsync(keys, person);
        Assert.That(person.Asked.Select(question => (question.Kind, question.Attempt)), Is.EqualTo(
            new[] { (SecretKind.SharePassphrase, 1), (SecretKind.SharePassphrase, 2) }));
        Assert.That(person.Asked[0].Prompt, Does.Contain("share 5"));
        Assert.That(person.Told, Has.One.Contains("this passphrase opens no share"));

        AnsweringPerson ignorant = new(string.Empty);
        FaultException fault = Assert.ThrowsAsync<FaultException>(async () => await OpenAsync(keys, ignorant))!;
        Assert.That(fault.Message, Does.Contain("1 more share is needed"));
        Assert.That(ignorant.Asked, Has.Count.EqualTo(1));
        AnsweringPerson stubborn = new("a", "b", "c", "d");
        Assert.ThrowsAsync<FaultException>(async () => await OpenAsync(keys, stubborn));
        Assert.That(stubborn.Asked, Has.Count.EqualTo(3));
    }

    [Test]
    public async Task Open_OneShareWrongAmongEnoughGoodOnes_IsNamedAndPassedOver()
    {
        foreach (int wrong in (int[])[0, 1, 2])
        {
            using SecretBuffer random = SecretBuffer.Random(AgeFile.FileKeySize);
            Save(Encrypt(Policy(2, 3), json => json["s"]![wrong]!["k"] = Stanza(X25519Stanza.Wrap(random, _devices[wrong].Recipient))));
            _person.Told.Clear();
            using BackupDocument document = await OpenAsync([_devices[wrong], _devices[(wrong + 1) % 3], _devices[(wrong + 2) % 3]]);
            Assert.That(_person.Told, Has.One.StartsWith(
                $"Not opened: share {wrong + 1} ({AgeRecipient.Format(_devices[wrong].Recipient)}) fails its check"));
            FaultException fault = Refused(_devices[wrong], _devices[(wrong + 1) % 3]);
            Assert.That(fault.Message, Does.Contain($"share {wrong + 1} (").And.Contain("fails its check").And.Contain("1 more share is needed"));
        }
    }

    [Test]
    public void Open_SwappedShares_AreNamed()
    {
        Save(Encrypt(
            Policy(2, 3),
            json =>
            {
                JsonNode first = json["s"]![0]!["k"]!.DeepClone();
                json["s"]![0]!["k"] = json["s"]![1]!["k"]!.DeepClone();
                json["s"]![1]!["k"] = first;
            },
            _devices[1],
            _devices[0],
            _devices[2]));
        FaultException fault = Refused(_devices[0], _devices[1], _devices[2]);
        Assert.That(fault.Message, Does.Contain("share 1 (").And.Contain("share 2 (").And.Contain("fails its check").And.Contain("1 more share is needed"));
    }

    [Test]
    public async Task Open_PublicNumbersChanged_AreNamed()
    {
        Save(Encrypt(Policy(2, 3), json => json["t"] = 3));
        Assert.That(Refused(_devices).Message, Does.Contain("share 1 (").And.Contain("share 2 (").And.Contain("share 3 (").And.Contain("fails its check"));
        Save(Encrypt(Policy(2, 3), json => json["s"]![0]!["x"] = 9));
        _person.Told.Clear();
        using BackupDocument document = await OpenAsync(_devices);
        Assert.That(_person.Told, Has.One.StartsWith("Not opened: share 1 (").And.One.Contains("fails its check"));
    }

    [Test]
    public async Task Open_DeviceUnpluggedAtEachExchange_GoesOnWithTheOthersOrSaysSo()
    {
        Save(Encrypt(Nested()));
        int points = 0;
        foreach (int[] way in (int[][])[[0, 1], [0, 2, 3], [2, 3, 0], [0, 1, 2, 3], [3, 2, 1, 0]])
        {
            bool reached = true;
            for (int point = 0; reached; point++)
            {
                int exchange = 0;
                reached = false;
                bool Unplugged()
                {
                    bool now = exchange++ == point;
                    reached |= now;
                    return now;
                }

                ISealing[] devices = [.. way.Select(i => new FailingSealing(_devices[i], Unplugged))];
                try
                {
                    using BackupDocument document = await OpenAsync(devices);
                    Assert.That(!reached || _person.Told.Any(text => text.Contains("unplugged", StringComparison.Ordinal)), Is.True);
                }
                catch (FaultException fault)
                {
                    Assert.That(reached, Is.True);
                    Assert.That(fault.Fault, Is.EqualTo(Fault.DeviceNotFound), fault.Message);
                    Assert.That(fault.Message, Does.Contain("unplugged").And.Contain("more share"));
                }

                points += reached ? 1 : 0;
                Assert.That(SecretBuffer.LiveCount, Is.EqualTo(_live + _devices.Length + 2), "no share is left in memory");
            }
        }

        TestContext.Out.WriteLine($"{points} exchanges, unplugged at each");
    }

    [Test]
    public void Open_PersonRefuses_IsTheReason()
    {
        Save(Encrypt(Policy(2, 3)));
        _devices[0].Refuses = true;
        Assert.That(Refused(_devices[0], _devices[1]).Fault, Is.EqualTo(Fault.UserRejected));
        Assert.That(Refused(_stranger, _devices[1]).Message, Does.Contain($"{AgeRecipient.Format(_stranger.Recipient)} holds no share"));
        Assert.That(_stranger.Asked, Is.Zero);
    }

    [Test]
    public async Task Combine_WithSharesOfOthers_OpensAndNamesEachWrongOne()
    {
        Save(Encrypt(Nested()));
        byte[] another = Encrypt(Nested());
        File.WriteAllBytes(_folder["another.age"], another);
        ShareExchange? exchange = null;
        X25519PublicKey gone;
        using (ShareExchange ended = new(new ListedShares()))
        {
            gone = ended.Recipient;
        }

        ListedShares inbox = new(
            () => default,
            () => "no age file\n"u8.ToArray(),
            () => Pass("a.age", gone, _devices[0]),
            () => Pass("another.age", exchange!.Recipient, _devices[0]),
            () => Pass("a.age", exchange!.Recipient, _devices[2]).AsMemory()[..^200],
            () => Flip(Pass("a.age", exchange!.Recipient, _devices[2])),
            () => Pass("a.age", exchange!.Recipient, _devices[1]),
            () => Forged(exchange!),
            () => Pass("a.age", exchange!.Recipient, _devices[2]),
            () => Pass("a.age", exchange!.Recipient, _devices[2]),
            () => Pass("a.age", exchange!.Recipient, null),
            () => throw new AssertionException("it was enough"));
        string key;
        using (exchange = new ShareExchange(inbox))
        {
            key = AgeRecipient.Format(exchange.Recipient);
            using BackupDocument document = await OpenAsync(new BackupKeys { Devices = [_devices[1]], Exchange = exchange }, _person);
            Assert.That(document.Validators, Has.Count.EqualTo(1));
        }

        string[] refused = [.. _person.Told.Where(text => text.StartsWith("Not opened", StringComparison.Ordinal))];
        string Name(int number, int device) => $"share {number} ({AgeRecipient.Format(_devices[device].Recipient)})";
        Assert.That(refused, Has.Length.EqualTo(9), string.Join('\n', refused));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(refused[0], Does.Contain("no such file"));
            Assert.That(refused[1], Does.Contain("file2: ").And.Contain("not an age file"));
            Assert.That(refused[2], Does.Contain("file3: this share is encrypted to another key"));
            Assert.That(refused[3], Does.Contain($"file4: {Name(1, 0)} belongs to another backup"));
            Assert.That(refused[4], Does.Contain("file5: "));
            Assert.That(refused[5], Does.Contain("file6: "));
            Assert.That(refused[6], Does.Contain($"file7: {Name(2, 1)} is open already"));
            Assert.That(refused[7], Does.Contain($"file8: {Name(1, 0)} fails its check"));
            Assert.That(refused[8], Does.Contain($"file10: {Name(3, 2)} is open already"));
        }

        Assert.That(_person.Told, Has.One.Contains($"One-time key, until this program ends: {key}"));
    }

    [Test]
    public void Combine_WithoutEnough_SaysWhoIsMissing()
    {
        Save(Encrypt(Policy(3, 5)));
        ShareExchange? exchange = null;
        using (exchange = new ShareExchange(new ListedShares(() => Pass("a.age", exchange!.Recipient, _devices[4]))))
        {
            BackupKeys keys = new() { Devices = [_devices[0]], Exchange = exchange };
            FaultException fault = Assert.ThrowsAsync<FaultException>(async () => await OpenAsync(keys, _person))!;
            Assert.That(fault.Fault, Is.EqualTo(Fault.CannotDecrypt));
            Assert.That(fault.Message, Does.Contain("no more shares came").And.Contain("1 more share is needed, of: share 2 (tag "));
        }
    }

    [Test]
    public void Combine_BackupThatEachOpensAlone_IsRefused()
    {
        using BackupDocument document = TestKeys.Document(1);
        using SecretBuffer plaintext = BackupDocumentCodec.Write(document);
        using SecretBuffer fileKey = SecretBuffer.Random(AgeFile.FileKeySize);
        Save(new BackupRecipients { Alone = [_devices[0].Recipient] }.Encrypt(fileKey, plaintext));
        using ShareExchange exchange = new(new ListedShares());
        Assert.That(
            Assert.ThrowsAsync<FaultException>(async () => await OpenAsync(new BackupKeys { Exchange = exchange }, _person))!.Message, Does.Contain("no shares"));
        Assert.That(
            Assert.ThrowsAsync<FaultException>(async () => await SharePassing.SealAsync(
                _folder["a.age"], new BackupKeys { Devices = _devices }, exchange.Recipient, _person, CancellationToken.None))!.Message,
            Does.Contain("no shares"));
    }

    [Test]
    public void Pass_OfSeveralDevices_OpensOneShareOnly()
    {
        Save(Encrypt(Policy(2, 5)));
        using ShareExchange exchange = new(new ListedShares());
        byte[] file = Pass("a.age", exchange.Recipient, _devices[1], _devices[2]);
        Assert.That((_devices[1].Asked, _devices[2].Asked), Is.EqualTo((1, 0)));
        using PassedShare passed = exchange.Open(new ShareFile("b", file));
        Assert.That((passed.Number, passed.Holder), Is.EqualTo((2, AgeRecipient.Format(_devices[1].Recipient))));
        Assert.That(AgeArmor.IsArmored(file), Is.True);
    }

    [Test]
    public void Open_ShareFile_EveryCutAndFlippedBit_IsRefused()
    {
        Save(Encrypt(Policy(2, 5)));
        using ShareExchange exchange = new(new ListedShares());
        byte[] file = AgeArmor.Decode(Pass("a.age", exchange.Recipient, _devices[1]));
        int points = 0;
        for (int length = 0; length < file.Length; length++, points++)
        {
            Assert.That(() => exchange.Open(new ShareFile("b", file.AsMemory(0, length))), Throws.TypeOf<FaultException>(), $"cut to {length}");
        }

        for (int bit = 0; bit < 8 * file.Length; bit++, points++)
        {
            byte[] changed = [.. file];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.That(() => exchange.Open(new ShareFile("b", changed)), Throws.TypeOf<FaultException>(), $"bit {bit}");
        }

        TestContext.Out.WriteLine($"{points} cut or changed share files");
    }

    [Test]
    public void Create_SameRecipientTwice_IsRefused()
    {
        using SecretBuffer password = TestKeys.Password();
        SharePolicy policy = new(2, [ShareRecipient.Of(_devices[0].Recipient), ShareRecipient.Of(new SharePolicy(1, [ShareRecipient.Of(_devices[0].Recipient)]))]);
        BackupRequest request = TestKeys.Request(password, 1, [], _folder["b.age"]) with { Shares = policy };
        FaultException fault = Assert.ThrowsAsync<FaultException>(async () => await BackupCreator.CreateAsync(request, null, CancellationToken.None))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.Usage));
        Assert.That(fault.Message, Does.Contain("given twice"));
    }

    [Test]
    public async Task Inspect_AndVerify_TellTheThreshold()
    {
        Save(Encrypt(Nested()));
        BackupInspection found = await BackupInspector.InspectAsync(_folder["a.age"], CancellationToken.None);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(found.Recipients, Is.EqualTo(5));
            Assert.That(found.Threshold, Is.EqualTo(2));
            Assert.That(found.Shares, Is.EqualTo("2 of {X25519, X25519, 2 of {X25519, X25519, scrypt}}"));
            Assert.That(found.HasTags && found.HasDigest, Is.True);
        }

        Save(Encrypt(Nested(), json => json["t"] = 9));
        BackupVerification verification = await BackupInspector.VerifyAsync([_folder["a.age"]], [], CancellationToken.None);
        Assert.That(verification.Copies.Single().Status, Is.EqualTo(BackupCopyStatus.Damaged));
        Assert.That(verification.Copies.Single().Cause, Does.Contain("9 of 3"));
    }

    private static byte[] Flip(byte[] armored)
    {
        byte[] file = AgeArmor.Decode(armored);
        file[^3] ^= 0x10;
        return AgeArmor.Encode(file);
    }

    private static JsonArray Stanza(AgeStanza stanza) => new(new JsonObject
    {
        ["Type"] = stanza.Type,
        ["Args"] = new JsonArray([.. stanza.Arguments.Select(argument => (JsonNode)argument)]),
        ["Body"] = Convert.ToBase64String(stanza.Body.Span),
    });

    /// <summary>A share file as a participant would make it who holds other bytes than the share.</summary>
    private byte[] Forged(ShareExchange exchange)
    {
        byte[] set = SharingStanza.Find(AgeFile.Parse(File.ReadAllBytes(_folder["a.age"])).Header.Stanzas)!.SetId.ToArray();
        using PassedShare share = new(set, 1, AgeRecipient.Format(_devices[0].Recipient), SecretBuffer.Random(AgeFile.FileKeySize));
        return ShareExchange.Seal(share, exchange.Recipient);
    }

    /// <summary>A participant's file; without a device, with the passphrase.</summary>
    private byte[] Pass(string backup, X25519PublicKey coordinator, params SoftwareSealing[]? devices) => SharePassing.SealAsync(
        _folder[backup],
        new BackupKeys { Devices = devices ?? [], Passphrases = devices is null ? [_passphrase] : [] },
        coordinator,
        new AnsweringPerson(),
        CancellationToken.None).GetAwaiter().GetResult().File.ToArray();

    private SharePolicy Policy(int threshold, int count) =>
        new(threshold, [.. _devices.Take(count).Select(device => ShareRecipient.Of(device.Recipient))]);

    private SharePolicy Nested() => new(2, [.. Policy(2, 2).Recipients, ShareRecipient.Of(new SharePolicy(
        2, [ShareRecipient.Of(_devices[2].Recipient), ShareRecipient.Of(_devices[3].Recipient), ShareRecipient.Of(_passphrase)]))]);

    /// <summary>A backup whose header says what its maker's program should not have written, under a MAC and a digest that fit.</summary>
    private byte[] Encrypt(SharePolicy policy, Action<JsonNode>? change = null, params SoftwareSealing[] holders)
    {
        using BackupDocument document = TestKeys.Document(1);
        using SecretBuffer plaintext = BackupDocumentCodec.Write(document);
        using SecretBuffer fileKey = SecretBuffer.Random(AgeFile.FileKeySize);
        IReadOnlyList<AgeStanza> stanzas = SharingStanza.Create(fileKey, policy, WorkFactor);
        if (change is null)
        {
            return AgeFile.Encrypt(fileKey, stanzas, plaintext.Span, withDigest: true);
        }

        using GZipStream packed = new(new MemoryStream(stanzas[0].Body.ToArray()), CompressionMode.Decompress);
        JsonNode json = JsonNode.Parse(packed)!;
        change(json);
        using MemoryStream body = new();
        using (GZipStream gzip = new(body, CompressionLevel.Fastest, leaveOpen: true))
        using (Utf8JsonWriter writer = new(gzip))
        {
            json.WriteTo(writer);
        }

        AgeStanza sss = new(SharingStanza.Type, [], body.ToArray());
        return AgeFile.Encrypt(fileKey, [sss, Tags(json, holders.Length > 0 ? holders : _devices)], plaintext.Span, withDigest: true);
    }

    /// <summary>The tags of the shares outside of groups, of which each has its holder.</summary>
    private static AgeStanza Tags(JsonNode json, SoftwareSealing[] holders)
    {
        AgeStanza[] stanzas = [.. json["s"]!.AsArray().Where(share => share!["k"] is not null).Select(share => new AgeStanza(
            share!["k"]![0]!["Type"]!.GetValue<string>(),
            [.. share["k"]![0]!["Args"]!.AsArray().Select(argument => argument!.GetValue<string>())],
            Convert.FromBase64String(share["k"]![0]!["Body"]!.GetValue<string>())))];
        return TagStanza.Create([.. holders.Take(stanzas.Length).Select(holder => holder.Recipient)], stanzas);
    }

    private void Save(byte[] backup) => File.WriteAllBytes(_folder["a.age"], backup);

    private Task<BackupDocument> OpenAsync(params ISealing[] devices) =>
        OpenAsync(new BackupKeys { Devices = devices }, _person);

    private Task<BackupDocument> OpenAsync(BackupKeys keys, IPerson person) =>
        BackupOpener.OpenAsync(_folder["a.age"], keys, person, CancellationToken.None);

    private FaultException Refused(params ISealing[] devices) =>
        Assert.ThrowsAsync<FaultException>(async () => await OpenAsync(devices))!;
}
