using System.Text.Json;
using HwBridge.Bench.Running;
using HwBridge.Core.Bls;
using HwBridge.Core.Eip2333;

namespace HwBridge.Bench.Bls;

/// <summary>Signatures made and read by us and by @chainsafe/blst, in turns in one run.</summary>
internal static class SignatureComparison
{
    private const string Peer = "@chainsafe/blst";
    private const string Unknown = "not known; blst is the fastest that we know";
    private const string Target = "≤ 2.5 × peer";

    internal static async Task<IReadOnlyList<Row>> RunAsync(Effort effort)
    {
        using BlsSecretKey key = Eip2333KeyDerivation.DeriveMaster([.. Enumerable.Range(1, 64).Select(i => (byte)i)]);
        byte[] message = new byte[32];
        byte[] signature = new byte[BlsSignature.Size];
        byte[] point = new byte[BlsSignature.Size];
        key.Sign(message).CopyTo(signature);
        double[][] medians = await Turns.MediansAsync(
            effort.Of(9, 1),
            async () => await Turns.MediansAsync(
                5,
                effort.Of(200, 20),
                () => key.Sign(message),
                () => BlsSignature.TryDecode(signature, out _),
                () => Bls12381.Default.HashToG2(message, BlsSignature.Suite, point)),
            MeasurePeerAsync);
        double[] ours = medians[0];
        double[] theirs = medians[1];
        return
        [
            new Row("message of 32 bytes signed", ours[0], Unknown) { Peer = Peer, PeerTime = theirs[0], Target = Target },
            new Row("signature validated (curve, subgroup, encoding)", ours[1], Unknown)
            {
                Peer = Peer,
                PeerTime = theirs[1],
                Target = Target,
            },
            new Row("message of 32 bytes hashed to G2, a part of signing", ours[2], "not known; @chainsafe/blst does not hand it out"),
        ];
    }

    private static async Task<double[]> MeasurePeerAsync()
    {
        string output = (await ProgramRun.Of(Repository.Node("Bls/bench.mjs"), watch: false)).Output;
        Dictionary<string, double> microseconds = JsonSerializer.Deserialize<Dictionary<string, double>>(output)!;
        return [microseconds["sign"] * 1e-6, microseconds["validateSignature"] * 1e-6];
    }
}
