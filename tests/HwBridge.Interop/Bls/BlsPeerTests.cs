using System.Security.Cryptography;
using System.Text.Json;
using HwBridge.Core.Bls;
using HwBridge.Core.Eip2333;
using HwBridge.Core.Eip2334;

namespace HwBridge.Interop.Bls;

/// <summary>@chainsafe/blst and @chainsafe/bls-keygen derive the same secret keys from a seed as we do.</summary>
internal sealed class BlsPeerTests
{
    private const string Script = "Bls/bls.mjs";

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(10);

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
