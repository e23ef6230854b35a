using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using HwBridge.Core.Bls;
using HwBridge.Core.Eip3076;
using HwBridge.Core.Ssz;

namespace HwBridge.Interop.Eip3076;

/// <summary>Histories that go from this program to @lodestar/validator, which refuses what we refuse.</summary>
public sealed class LodestarHistoryTests
{
    private const int MaxSlot = 8;
    private const int MaxEpoch = 8;
    private const int Histories = 400;

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(5);
    private static readonly Bytes32 Chain = Root(9, 9, 9);
    private static readonly byte[] Variants = [1, 2];
    private static readonly BlsPublicKey Key = PublicKey(1);
    private static readonly BlsPublicKey Stranger = PublicKey(2);

    private static readonly (BlsPublicKey Key, SignedBlock Block)[] EveryBlock =
    [
        .. from key in (BlsPublicKey[])[Key, Stranger]
           from slot in Enumerable.Range(0, MaxSlot + 2)
           from variant in Variants
           select (key, new SignedBlock((ulong)slot, Root(variant, slot, slot))),
    ];

    private static readonly (BlsPublicKey Key, SignedAttestation Vote)[] EveryAttestation =
    [
        .. from key in (BlsPublicKey[])[Key, Stranger]
           from source in Enumerable.Range(0, MaxEpoch + 2)
           from target in Enumerable.Range(source, MaxEpoch + 2 - source)
           from variant in Variants
           select (key, new SignedAttestation((ulong)source, (ulong)target, Root(variant, source, target))),
    ];

    [Test]
    public async Task Allows_RandomHistories_AgreesWithLodestar()
    {
        Random random = new(3076);
        List<SlashingHistory> histories = [.. Enumerable.Range(0, Histories).Select(_ => RandomHistory(random, 5))];
        IReadOnlyList<JsonNode> answers = await JudgeAsync(histories);
        int refused = 0;
        foreach ((SlashingHistory history, JsonNode answer) in histories.Zip(answers))
        {
            bool surrounds = history.FindSlashable().Any(static finding => finding.Kind == SlashableKind.SurroundVote);
            Assert.That(answer["imported"]!.GetValue<bool>(), Is.EqualTo(!surrounds), Text(history));
            if (surrounds)
            {
                refused++;
                continue;
            }

            Assert.That(
                Flags(answer, "blocks"),
                Is.EqualTo(EveryBlock.Select(one => Of(history, one.Key).Allows(one.Block))),
                Text(history));
            Assert.That(
                Flags(answer, "attestations"),
                Is.EqualTo(EveryAttestation.Select(one => Of(history, one.Key).Allows(one.Vote))),
                Text(history));
        }

        Assert.That(refused, Is.InRange(Histories / 10, Histories * 9 / 10), "both kinds were tried");
    }

    [Test]
    public async Task Merge_RandomHistories_LodestarRefusesWhatItRefusesOfEither()
    {
        Random random = new(44);
        List<SlashingHistory[]> pairs = [.. Enumerable.Range(0, 2 * Histories).Select(_ => RandomHistory(random, 3)).Chunk(2)];
        List<SlashingHistory> merged = [.. pairs.Select(static pair => pair[0].Merge(pair[1]))];
        IReadOnlyList<JsonNode> either = await JudgeAsync(pairs.SelectMany(static pair => pair));
        IReadOnlyList<JsonNode> both = await JudgeAsync(merged);
        IReadOnlyList<JsonNode> least = await JudgeAsync(merged.Select(static history => history.Minify()));
        int compared = 0;
        for (int i = 0; i < Histories; i++)
        {
            Assert.That(least[i]["imported"]!.GetValue<bool>(), Is.True, "a minimal history never contradicts itself");
            JsonNode[] judged = [both[i], either[2 * i], either[(2 * i) + 1]];
            if (!judged.All(static answer => answer["imported"]!.GetValue<bool>()))
            {
                continue;
            }

            compared++;
            foreach (string kind in (string[])["blocks", "attestations"])
            {
                bool[] left = Flags(either[2 * i], kind);
                bool[] right = Flags(either[(2 * i) + 1], kind);
                bool[] afterwards = Flags(both[i], kind);
                bool[] minimal = Flags(least[i], kind);
                for (int j = 0; j < left.Length; j++)
                {
                    // To repeat a signature is safe whichever file forgot it.
                    bool isRepeat = kind == "blocks"
                        ? Of(merged[i], EveryBlock[j].Key).Blocks.Contains(EveryBlock[j].Block)
                        : Of(merged[i], EveryAttestation[j].Key).Attestations.Contains(EveryAttestation[j].Vote);
                    Assert.That(isRepeat || !afterwards[j] || (left[j] && right[j]), $"{kind} {j}: {Text(merged[i])}");
                    Assert.That(!minimal[j] || (left[j] && right[j]), $"{kind} {j} minimal: {Text(merged[i])}");
                }
            }
        }

        Assert.That(compared, Is.GreaterThan(Histories / 4));
    }

    private static async Task<IReadOnlyList<JsonNode>> JudgeAsync(IEnumerable<SlashingHistory> histories)
    {
        string blocks = JsonSerializer.Serialize(EveryBlock.Select(static one =>
            new { pubkey = $"{one.Key}", slot = one.Block.Slot, root = $"{one.Block.SigningRoot}" }));
        string attestations = JsonSerializer.Serialize(EveryAttestation.Select(static one =>
            new { pubkey = $"{one.Key}", source = one.Vote.SourceEpoch, target = one.Vote.TargetEpoch, root = $"{one.Vote.SigningRoot}" }));
        string[] questions = [.. histories.Select(history =>
            $"{{\"history\":{JsonNode.Parse(Text(history))!.ToJsonString()},\"blocks\":{blocks},\"attestations\":{attestations}}}")];
        IReadOnlyList<string> lines = await NodePeer.RunAsync("Eip3076/lodestar.mjs", questions, Deadline);
        Assert.That(lines, Has.Count.EqualTo(questions.Length));
        return [.. lines.Select(static line => JsonNode.Parse(line)!)];
    }

    /// <summary>Each slot and each target once, since Lodestar keeps one signature for each.</summary>
    private static SlashingHistory RandomHistory(Random random, int most)
    {
        SignedBlock[] blocks =
        [
            .. Numbers(random, MaxSlot, random.Next(most)).Select(slot => new SignedBlock((ulong)slot, AnyRoot(random, slot, slot))),
        ];
        SignedAttestation[] votes = [.. Numbers(random, MaxEpoch, random.Next(most)).Select(target =>
        {
            int source = random.Next(target + 1);
            return new SignedAttestation((ulong)source, (ulong)target, AnyRoot(random, source, target));
        })];
        return new SlashingHistory("history", Chain, [new ValidatorHistory(Key, blocks, votes)]);
    }

    private static IEnumerable<int> Numbers(Random random, int max, int count)
    {
        int[] all = [.. Enumerable.Range(0, max + 1)];
        random.Shuffle(all);
        return all.Take(count);
    }

    private static ValidatorHistory Of(SlashingHistory history, BlsPublicKey key) =>
        history.Validators.SingleOrDefault(one => one.PublicKey == key) ?? new ValidatorHistory(key, [], []);

    private static bool[] Flags(JsonNode answer, string kind) => [.. answer[kind]!.AsArray().Select(static flag => flag!.GetValue<bool>())];

    private static string Text(SlashingHistory history)
    {
        ArrayBufferWriter<byte> json = new();
        history.WriteTo(json);
        return System.Text.Encoding.UTF8.GetString(json.WrittenSpan);
    }

    private static Bytes32? AnyRoot(Random random, int source, int target) =>
        random.Next(3) is > 0 and var variant ? Root((byte)variant, source, target) : null;

    /// <summary>A root covers the whole vote: equal roots are equal votes.</summary>
    private static Bytes32 Root(byte variant, int source, int target)
    {
        byte[] bytes = new byte[Bytes32.Size];
        (bytes[0], bytes[1], bytes[2]) = (variant, (byte)source, (byte)target);
        return new Bytes32(bytes);
    }

    private static BlsPublicKey PublicKey(byte number)
    {
        byte[] secret = new byte[BlsSecretKey.Size];
        secret[^1] = number;
        Assert.That(BlsSecretKey.TryFromBytes(secret, out BlsSecretKey? key), Is.True);
        using (key)
        {
            return key!.GetPublicKey();
        }
    }
}
