using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using HwBridge.Bench.Running;
using HwBridge.Core.Bls;
using HwBridge.Core.Eip2333;

namespace HwBridge.Bench.Bls;

/// <summary>The same work by us and by @chainsafe/blst (blst's assembler behind Node.js), in turns in one run.</summary>
internal static class BlsComparison
{
    private const string Peer = "@chainsafe/blst";
    private const string Unknown = "not known; blst is the fastest that we know";

    /// <summary>The blocks of SHA-256 in one step of EIP-2333: two for each of 510 HMACs, their 510 hashes, and 256 for the hash of all.</summary>
    private const int LamportBlocks = (2 * 510) + 510 + 256;

    internal static async Task<IReadOnlyList<Row>> RunAsync(Effort effort)
    {
        byte[] seed = [.. Enumerable.Range(1, 64).Select(i => (byte)i)];
        using BlsSecretKey key = Eip2333KeyDerivation.DeriveMaster(seed);
        byte[] encoded = new byte[BlsPublicKey.Size];
        key.GetPublicKey().CopyTo(encoded);
        byte[] blocks = new byte[64 * LamportBlocks];
        int rounds = effort.Of(9, 1);
        int calls = effort.Of(1000, 100);
        double[][] medians = await Turns.MediansAsync(
            rounds,
            async () => await Turns.MediansAsync(
                5,
                calls,
                () => key.GetPublicKey(),
                () => BlsPublicKey.TryDecode(encoded, out _),
                () => Eip2333KeyDerivation.DeriveChild(key, 7).Dispose(),
                () => SHA256.HashData(blocks)),
            MeasurePeerAsync);
        double[] ours = medians[0];
        double[] theirs = medians[1];
        return
        [
            new Row("secret key → compressed public key", ours[0], Unknown) { Peer = Peer, PeerTime = theirs[0], Target = "≤ 1 × peer" },
            new Row("public key validated (curve, subgroup, encoding)", ours[1], Unknown) { Peer = Peer, PeerTime = theirs[1] },
            new Row("EIP-2333 child", ours[2], string.Create(CultureInfo.InvariantCulture, $"SHA-256 of as many blocks ({LamportBlocks})"))
            {
                Peer = Peer,
                PeerTime = theirs[2],
                LimitTime = ours[3],
            },
            .. await SignatureComparison.RunAsync(effort),
            .. await VerificationComparison.RunAsync(effort),
        ];
    }

    private static async Task<double[]> MeasurePeerAsync()
    {
        string output = (await ProgramRun.Of(Repository.Node("Bls/bench.mjs"), watch: false)).Output;
        Dictionary<string, double> microseconds = JsonSerializer.Deserialize<Dictionary<string, double>>(output)!;
        return [microseconds["publicKey"] * 1e-6, microseconds["validate"] * 1e-6, microseconds["deriveChild"] * 1e-6];
    }
}
