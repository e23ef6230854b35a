using System.Globalization;
using System.Text.Json;
using HwBridge.Bench.Running;
using HwBridge.Core.Bls;
using HwBridge.Core.Eip2333;
using HwBridge.Core.Eip2334;

namespace HwBridge.Bench.Eip2333;

/// <summary>The public keys of many validators from one seed, as after a restore.</summary>
internal static class ManyKeysComparison
{
    internal static async Task<IReadOnlyList<Row>> RunAsync(Effort effort)
    {
        int validators = effort.Of(1000, 20);
        double[][] medians = await Turns.MediansAsync(
            effort.Of(9, 1),
            async () => await Turns.MediansAsync(1, 1, () => Derive(validators, 1), () => Derive(validators, Environment.ProcessorCount)),
            async () => [await MeasurePeerAsync(validators)]);
        string what = $"{validators} validator public keys from one seed (m/12381/3600/i/0/0)";
        return
        [
            new Row(what + ", on one core", medians[0][0], string.Empty) { Peer = "@chainsafe/blst", PeerTime = medians[1][0] },
            new Row($"{what}, on {Environment.ProcessorCount} cores", medians[0][1], string.Empty)
            {
                Peer = "@chainsafe/blst, on one core",
                PeerTime = medians[1][0],
                Target = "≤ 0.6 s on two cores",
            },
        ];
    }

    private static void Derive(int validators, int cores)
    {
        byte[] seed = [.. Enumerable.Range(1, 64).Select(i => (byte)i)];
        BlsPublicKey[] keys = new BlsPublicKey[validators];
        using ValidatorKeyTree tree = ValidatorKeyTree.FromSeed(seed);
        Parallel.For(
            0,
            validators,
            new ParallelOptions { MaxDegreeOfParallelism = cores },
            i => keys[i] = tree.DerivePublicKey(ValidatorKeyPath.Signing((uint)i)));
    }

    private static async Task<double> MeasurePeerAsync(int validators)
    {
        string count = validators.ToString(CultureInfo.InvariantCulture);
        string output = (await ProgramRun.Of(Repository.Node("Bls/manyKeys.mjs", count), watch: false)).Output;
        return JsonSerializer.Deserialize<double>(output) * 1e-6;
    }
}
