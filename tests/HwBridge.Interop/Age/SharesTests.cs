using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using HwBridge.Core.Cryptography;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Age;
using HwBridge.Protocols.Age.Sharing;

namespace HwBridge.Interop.Age;

/// <summary>Files with shares, opened by a reader that was written from their description alone (shares.mjs).</summary>
public class SharesTests
{
    private const string Passphrase = "six random words of somebody";

    [Test]
    public async Task Create_AnyPolicy_IsOpenedByAnIndependentReaderWithEnoughOnly()
    {
        byte[][] secrets = [.. Enumerable.Range(0, 8).Select(_ => RandomNumberGenerator.GetBytes(X25519.Size))];
        X25519PublicKey[] keys = [.. secrets.Select(secret => X25519.GetPublicKey(secret))];
        byte[] plaintext = RandomNumberGenerator.GetBytes(AgePayload.ChunkSize + 1);
        List<string> input = [];
        List<(string Name, bool Opens, int[] Shares)> expected = [];
        for (int count = 2; count <= keys.Length; count++)
        {
            for (int threshold = 1; threshold <= count; threshold++)
            {
                byte[] file = Encrypt(plaintext, new SharePolicy(threshold, [.. keys.Take(count).Select(ShareRecipient.Of)]));
                for (int with = threshold - 1; with <= threshold; with++)
                {
                    int[] chosen = [.. RandomNumberGenerator.GetItems<int>([.. Enumerable.Range(0, count)], 64).Distinct().Take(with).Order()];
                    Ask($"{threshold} of {count} with {with}", file, chosen, [], chosen.Length >= threshold);
                }
            }
        }

        using SecretBuffer passphrase = SecretBuffer.CopyOf(Encoding.UTF8.GetBytes(Passphrase));
        SharePolicy group = new(2, [ShareRecipient.Of(keys[2]), ShareRecipient.Of(passphrase), ShareRecipient.Of(keys[3])]);
        byte[] nested = Encrypt(plaintext, new SharePolicy(2, [ShareRecipient.Of(keys[0]), ShareRecipient.Of(group), ShareRecipient.Of(keys[1])]));
        Ask("two outside", nested, [0, 1], [], opens: true, 1, 5);
        Ask("one outside, two of the group", nested, [1, 2, 3], [], opens: true, 2, 4, 5);
        Ask("one outside, one and the passphrase", nested, [0, 3], [Passphrase], opens: true, 1, 3, 4);
        Ask("one outside, one of the group", nested, [0, 3], ["another"], opens: false, 1, 4);
        Ask("the group alone", nested, [2, 3], [Passphrase], opens: false, 2, 3, 4);

        IReadOnlyList<string> output = await NodePeer.RunAsync("Age/shares.mjs", input, TimeSpan.FromMinutes(2));
        Assert.That(output, Has.Count.EqualTo(expected.Count));
        foreach ((string line, (string name, bool opens, int[] shares)) in output.Zip(expected))
        {
            using JsonDocument answer = JsonDocument.Parse(line);
            JsonElement opened = answer.RootElement.GetProperty("opened");
            Assert.That(opened.ValueKind == JsonValueKind.String, Is.EqualTo(opens), name);
            Assert.That(!opens || opened.GetBytesFromBase64().AsSpan().SequenceEqual(plaintext), name);
            Assert.That(answer.RootElement.GetProperty("shares").EnumerateArray().Select(number => number.GetInt32()), Is.EqualTo(shares), name);
            Assert.That(answer.RootElement.GetProperty("checks").EnumerateArray().All(fits => fits.GetBoolean()), Is.True, name);
            Assert.That(answer.RootElement.GetProperty("checks").GetArrayLength(), Is.GreaterThanOrEqualTo(shares.Length), name);
        }

        await TestContext.Out.WriteLineAsync($"{expected.Count} openings, {expected.Count(one => one.Opens)} of them with enough shares");

        void Ask(string name, byte[] file, int[] chosen, string[] passphrases, bool opens, params int[] shares)
        {
            input.Add(JsonSerializer.Serialize(new
            {
                file = Convert.ToBase64String(file),
                keys = chosen.Select(i => Convert.ToHexStringLower(secrets[i])),
                passphrases,
            }));
            expected.Add((name, opens, shares.Length > 0 ? shares : [.. chosen.Select(i => i + 1)]));
        }
    }

    private static byte[] Encrypt(byte[] plaintext, SharePolicy policy)
    {
        using SecretBuffer fileKey = SecretBuffer.Random(AgeFile.FileKeySize);
        return AgeFile.Encrypt(fileKey, SharingStanza.Create(fileKey, policy, workFactor: 10), plaintext, withDigest: true);
    }
}
