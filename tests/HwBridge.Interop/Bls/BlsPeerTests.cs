using System.Security.Cryptography;
using System.Text.Json;
using HwBridge.Core.Bls;
using HwBridge.Core.Eip2333;
using HwBridge.Core.Eip2334;

namespace HwBridge.Interop.Bls;

/// <summary>@chainsafe/blst, @noble/curves and @chainsafe/bls-keygen give the same keys as we do, and refuse what we refuse.</summary>
internal sealed class BlsPeerTests
{
    private const string Script = "Bls/bls.mjs";

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(10);

    [Test]
    public async Task GetPublicKey_OfThousandsOfRandomSecretKeys_AgreesWithBlstAndNoble()
    {
        List<object> questions = [];
        List<string> ours = [];
        byte[] secret = new byte[BlsSecretKey.Size];
        while (questions.Count < 3000)
        {
            RandomNumberGenerator.Fill(secret);
            secret[0] &= 0x7f;
            if (BlsSecretKey.TryFromBytes(secret, out BlsSecretKey? key))
            {
                using (key)
                {
                    ours.Add(key.GetPublicKey().ToString()[2..]);
                    questions.Add(new { ask = "publicKey", secretKey = Convert.ToHexStringLower(secret) });
                }
            }
        }

        await AssertSameAsync(questions, ours, "blst", "noble");
    }

    [Test]
    public async Task Derive_OfRandomSeedsAndPaths_AgreesWithBlstAndKeygen()
    {
        List<object> questions = [];
        List<string> ours = [];
        for (int i = 0; i < 150; i++)
        {
            byte[] seed = RandomNumberGenerator.GetBytes(RandomNumberGenerator.GetInt32(32, 100));
            uint index = i % 3 == 0 ? (uint)i : BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(4));
            ValidatorKeyPath path = i % 2 == 0 ? ValidatorKeyPath.Signing(index) : ValidatorKeyPath.Withdrawal(index);
            using ValidatorKeyTree tree = ValidatorKeyTree.FromSeed(seed);
            using BlsSecretKey key = tree.Derive(path);
            ours.Add(Convert.ToHexStringLower(key.Bytes));
            questions.Add(new { ask = "derive", seed = Convert.ToHexStringLower(seed), path = path.ToString() });
        }

        await AssertSameAsync(questions, ours, "blst", "keygen");
    }

    [Test]
    public async Task TryDecode_OfGoodAndBadPoints_AgreesWithBlstAndNoble()
    {
        List<byte[]> points = [.. Enumerable.Range(0, 150).SelectMany(_ => Variants(RandomKey()))];
        List<object> questions = [];
        List<string> ours = [];
        HashSet<PointValidity> seen = [];
        foreach (byte[] point in points)
        {
            PointValidity validity = BlsPublicKey.TryDecode(point, out _);
            seen.Add(validity);
            ours.Add(validity == PointValidity.Valid ? "true" : "false");
            questions.Add(new { ask = "validate", publicKey = Convert.ToHexStringLower(point) });
        }

        IEnumerable<PointValidity> kinds = Enum.GetValues<PointValidity>().Except([PointValidity.WrongLength, PointValidity.NotHex]);
        Assert.That(seen, Is.EquivalentTo(kinds), "each kind of point was tried");
        await AssertSameAsync(questions, ours, "blst", "noble");
    }

    /// <summary>A valid key, and what one gets by damaging it.</summary>
    private static IEnumerable<byte[]> Variants(byte[] key)
    {
        yield return key;
        foreach (byte flags in (byte[])[0x00, 0x20, 0x40, 0x60, 0x80, 0xa0, 0xc0, 0xe0])
        {
            yield return [(byte)((key[0] & 0x1f) | flags), .. key[1..]];
        }

        // A random x below p: no point, or one outside the subgroup.
        yield return [(byte)(0x80 | RandomNumberGenerator.GetInt32(0x1a)), .. RandomNumberGenerator.GetBytes(47)];
        yield return [0xbf, .. RandomNumberGenerator.GetBytes(47)];
        yield return [0xc0, .. new byte[47]];
        yield return [0xc0, .. new byte[46], (byte)RandomNumberGenerator.GetInt32(2)];
        byte[] flipped = [.. key];
        int bit = RandomNumberGenerator.GetInt32(8 * flipped.Length);
        flipped[bit / 8] ^= (byte)(1 << (bit % 8));
        yield return flipped;
    }

    private static byte[] RandomKey()
    {
        byte[] bytes = new byte[BlsPublicKey.Size];
        using BlsSecretKey key = Eip2333KeyDerivation.DeriveMaster(RandomNumberGenerator.GetBytes(32));
        key.GetPublicKey().CopyTo(bytes);
        return bytes;
    }

    private static async Task AssertSameAsync(List<object> questions, List<string> ours, params string[] peers)
    {
        IEnumerable<string> lines = questions.Select(question => JsonSerializer.Serialize(question));
        IReadOnlyList<string> answers = await NodePeer.RunAsync(Script, lines, Deadline);
        Assert.That(answers, Has.Count.EqualTo(questions.Count));
        for (int i = 0; i < answers.Count; i++)
        {
            using JsonDocument answer = JsonDocument.Parse(answers[i]);
            foreach (string peer in peers)
            {
                string theirs = answer.RootElement.GetProperty(peer).ToString().ToLowerInvariant();
                Assert.That(theirs, Is.EqualTo(ours[i]), $"{peer}: {questions[i]}");
            }
        }
    }
}
