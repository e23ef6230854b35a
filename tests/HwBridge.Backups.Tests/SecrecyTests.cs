using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using HwBridge.Backups.Tests.Files;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Age.Sharing;

namespace HwBridge.Backups.Tests;

/// <summary>What a thief of the file learns: no more than <c>backup inspect</c> says, and that is all of what another program finds in it.</summary>
public sealed partial class SecrecyTests
{
    private TemporaryFolder _folder = null!;
    private SoftwareSealing _device = null!;
    private SoftwareSealing _paper = null!;

    [SetUp]
    public void SetUp()
    {
        _folder = new TemporaryFolder();
        _device = new SoftwareSealing();
        _paper = new SoftwareSealing();
    }

    [TearDown]
    public void TearDown()
    {
        _paper.Dispose();
        _device.Dispose();
        _folder.Dispose();
    }

    [Test]
    public async Task InspectAsync_AnyBackup_TellsWhatAnotherParserFindsAndNothingElse(
        [Values(1, 3, 60, 200)] int keys, [Values(1, 2)] int recipients, [Values] bool together)
    {
        X25519PublicKey[] named = [.. new[] { _device.Recipient, _paper.Recipient }.Take(recipients)];
        string path = together
            ? Create("a.age", keys, new BackupRecipients { Shares = new SharePolicy(recipients, [.. named.Select(ShareRecipient.Of)]) })
            : Create("a.age", keys, named);
        BackupInspection told = await BackupInspector.InspectAsync(path, CancellationToken.None);
        SortedDictionary<string, string> found = Find(await File.ReadAllBytesAsync(path));
        SortedDictionary<string, string> said = new(StringComparer.Ordinal)
        {
            ["format"] = told.Format,
            ["armored"] = Text(told.IsArmored),
            ["size"] = Text(told.Size),
            ["sha256"] = told.Sha256,
            ["inside"] = Text(told.PlaintextSize),
            ["on a step"] = Text(told.IsPadded),
            ["recipients"] = Text(told.Recipients),
            ["stanzas"] = string.Join(", ", told.Stanzas.Select(stanza => $"{stanza.Value} {stanza.Key}")),
            ["has tags"] = Text(told.HasTags),
            ["has a digest"] = Text(told.HasDigest),
            ["fits the digest"] = Text(told.FitsDigest == true),
            ["HwBridge's"] = Text(told.IsFromHwBridge),
            ["keys at most"] = Text(told.MaxValidators),
            ["opened by how many"] = Text(told.Threshold ?? 0),
            ["shares"] = told.Shares ?? "none",
        };
        Assert.That(said, Is.EqualTo(found));
        Assert.That(
            typeof(BackupInspection).GetProperties().Select(property => property.Name).Except(["EqualityContract"]).Count(),
            Is.EqualTo(said.Count + 1),
            "all that it says is compared here; the file's name is the one more");
    }

    [Test]
    public async Task InspectAsync_BackupsWithinOneStep_AreTold_Alike()
    {
        string few = Create("a.age", 1, [_device.Recipient, _paper.Recipient]);
        string many = Create("b.age", 50, [_paper.Recipient, _device.Recipient]);
        Assert.That(new FileInfo(few).Length, Is.EqualTo(new FileInfo(many).Length));
        BackupInspection one = await BackupInspector.InspectAsync(few, CancellationToken.None);
        BackupInspection other = await BackupInspector.InspectAsync(many, CancellationToken.None);
        Assert.That(Words(one), Is.EqualTo(Words(other)), "but for the name and the hash, which are those of random bytes");
        string Words(BackupInspection told) =>
            (told with { File = "", Sha256 = "", Stanzas = [] }).ToString() + string.Join(", ", told.Stanzas.Select(pair => $"{pair}"));
    }

    [Test]
    public void Create_EveryNumberOfKeys_HasOneOfFewSizes()
    {
        long[] sizes = [.. Enumerable.Range(1, 150).Select(keys =>
        {
            using BackupDocument document = TestKeys.Document(1);
            byte[] history = [.. "{"u8, .. Enumerable.Repeat((byte)' ', 280 * (keys - 1)), .. "}"u8];
            using BackupDocument longer = new(document.Created, document.Validators, Secrets(document)) { SlashingProtection = history };
            using SecretBuffer json = BackupDocumentCodec.Write(longer);
            return (long)json.Length;
        }).Distinct()];
        Assert.That(sizes, Is.EqualTo(new long[] { 16384, 20480, 24576, 28672, 32768, 40960, 49152 }.Take(sizes.Length)));
        Assert.That(sizes.All(DocumentPadding.IsStep), Is.True);
    }

    [FsCheck.NUnit.Property(MaxTest = 2000)]
    public bool StepOf_AnyLength_IsTheNextOfAFewSteps(uint number)
    {
        long length = number;
        long step = DocumentPadding.StepOf(length);
        return step >= length
            && step >= DocumentPadding.Smallest
            && (step == DocumentPadding.Smallest || step - length < (length / 4) + 1)
            && DocumentPadding.StepOf(step) == step
            && (step == DocumentPadding.Smallest || DocumentPadding.StepOf(step - 1) == step)
            && long.PopCount(step) <= 3;
    }

    [Test]
    public async Task Create_TwiceForTheSameRecipients_SharesNoBytesButTheGrammar()
    {
        const int window = 8;
        byte[] first = await File.ReadAllBytesAsync(Create("a.age", 3, [_device.Recipient, _paper.Recipient]));
        byte[] second = await File.ReadAllBytesAsync(Create("b.age", 3, [_device.Recipient, _paper.Recipient]));
        HashSet<string> windows = [];
        byte[] one = WithoutGrammar(first);
        byte[] other = WithoutGrammar(second);
        for (int i = 0; i + window <= one.Length; i++)
        {
            windows.Add(Convert.ToHexString(one, i, window));
        }

        int shared = Enumerable.Range(0, other.Length - window + 1).Count(i => windows.Contains(Convert.ToHexString(other, i, window)));
        TestContext.Out.WriteLine($"{windows.Count} × {other.Length - window + 1} windows of {window} bytes compared, {shared} the same");
        Assert.That(shared, Is.Zero, "8 random bytes come twice by chance once in 10^10 runs");

        // The tags, which are short, on their own: salted with the stanza's share, they are others too.
        Assert.That(Body(first, "hwbridge-tags"), Is.Not.EqualTo(Body(second, "hwbridge-tags")));
    }

    /// <summary>Everything that a program finds in the file that knows the age specification and nothing of HwBridge's code.</summary>
    private static SortedDictionary<string, string> Find(byte[] file)
    {
        string text = Encoding.Latin1.GetString(file);
        Match header = Header().Match(text);
        Assert.That(header.Success, Is.True, "no header by the specification's grammar");
        string[] types = [.. header.Groups["type"].Captures.Select(capture => capture.Value)];
        long payload = file.Length - header.Length;
        long chunks = (payload - 16 + 65551) / 65552;
        long inside = payload - 16 - (16 * chunks);
        int beforeDigest = text.IndexOf("-> hwbridge-sha256\n", StringComparison.Ordinal);
        byte[] digest = SHA256.HashData([.. file[..beforeDigest], .. file[header.Length..]]);

        // The steps as they are written down: 16 KiB, and four between each power of two and the next.
        List<long> steps = [16384];
        for (long power = 16384; steps[^1] < inside; power *= 2)
        {
            steps.AddRange(Enumerable.Range(5, 4).Select(quarter => power * quarter / 4));
        }

        int recipients = types.Count(type => type == "X25519");
        int threshold = recipients == types.Length - 2 ? 1 : 0;
        string shares = "none";
        if (types.Contains("sss"))
        {
            using GZipStream gzip = new(new MemoryStream(Convert.FromBase64String(Padded(WholeBody(file, "sss")))), CompressionMode.Decompress);
            using JsonDocument sharing = JsonDocument.Parse(gzip);
            string[] holders =
            [
                .. sharing.RootElement.GetProperty("s").EnumerateArray().Select(share => share.GetProperty("k")[0].GetProperty("Type").GetString()!),
            ];
            threshold = sharing.RootElement.GetProperty("t").GetInt32();
            recipients = holders.Length;
            shares = $"{threshold} of {{{string.Join(", ", holders)}}}";
        }

        return new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["format"] = text[..text.IndexOf('\n', StringComparison.Ordinal)],
            ["armored"] = Text(text.StartsWith("-----BEGIN", StringComparison.Ordinal)),
            ["size"] = Text(file.Length),
            ["sha256"] = Convert.ToHexStringLower(SHA256.HashData(file)),
            ["inside"] = Text(inside),
            ["on a step"] = Text(steps.Contains(inside)),
            ["recipients"] = Text(recipients),
            ["stanzas"] = string.Join(", ", types.Distinct().Select(type => $"{types.Count(one => one == type)} {type}")),
            ["has tags"] = Text(types.Contains("hwbridge-tags")),
            ["has a digest"] = Text(beforeDigest > 0),
            ["fits the digest"] = Text(Convert.ToBase64String(digest).TrimEnd('=') == Body(file, "hwbridge-sha256")),
            ["HwBridge's"] = Text(types.Any(type => type.StartsWith("hwbridge", StringComparison.Ordinal))),

            // The smallest form of a document takes 33 bytes for a key.
            ["keys at most"] = Text(Math.Min(10_000, inside / 33)),
            ["opened by how many"] = Text(threshold),
            ["shares"] = shares,
        };
    }

    private static string Body(byte[] file, string type)
    {
        string[] lines = Encoding.Latin1.GetString(file).Split('\n');
        return lines[Array.FindIndex(lines, line => line == $"-> {type}") + 1];
    }

    private static string WholeBody(byte[] file, string type)
    {
        IEnumerable<string> lines = Encoding.Latin1.GetString(file).Split('\n').SkipWhile(line => line != $"-> {type}").Skip(1);
        StringBuilder body = new();
        foreach (string line in lines)
        {
            body.Append(line);
            if (line.Length < 64)
            {
                break;
            }
        }

        return body.ToString();
    }

    private static string Padded(string base64) => base64.PadRight((base64.Length + 3) / 4 * 4, '=');

    private static byte[] WithoutGrammar(byte[] file) =>
        Encoding.Latin1.GetBytes(Grammar().Replace(Encoding.Latin1.GetString(file), string.Empty));

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);

    private static string Text(bool value) => value ? "yes" : "no";

    private static SecretBuffer Secrets(BackupDocument document) => SecretBuffer.CopyOf(document.SecretOf(0));

    private string Create(string name, int keys, IReadOnlyList<X25519PublicKey> recipients) =>
        Create(name, keys, new BackupRecipients { Alone = recipients });

    private string Create(string name, int keys, BackupRecipients recipients)
    {
        using BackupDocument document = TestKeys.Document(keys);
        document.Recipients = recipients.Alone;
        using SecretBuffer plaintext = BackupDocumentCodec.Write(document);
        using SecretBuffer fileKey = SecretBuffer.Random(16);
        File.WriteAllBytes(_folder[name], recipients.Encrypt(fileKey, plaintext));
        return _folder[name];
    }

    [GeneratedRegex(@"\Aage-encryption\.org/v1\n(?:-> (?<type>[!-~]+)(?: [!-~]+)*\n(?:[A-Za-z0-9+/]{64}\n)*[A-Za-z0-9+/]{0,63}\n)+--- [A-Za-z0-9+/]{43}\n")]
    private static partial Regex Header();

    [GeneratedRegex(@"age-encryption\.org/v1\n|-> X25519 |-> hwbridge-(?:tags|sha256)\n|\n--- ")]
    private static partial Regex Grammar();
}
