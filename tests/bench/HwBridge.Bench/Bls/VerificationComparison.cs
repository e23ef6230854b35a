using System.Text.Json;
using HwBridge.Bench.Running;
using HwBridge.Core.Bls;
using HwBridge.Core.Eip2333;

namespace HwBridge.Bench.Bls;

/// <summary>Signatures verified by us and by @chainsafe/blst, in turns in one run.</summary>
internal static class VerificationComparison
{
    private const string Peer = "@chainsafe/blst";
    private const string Unknown = "not known; blst is the fastest that we know";
    private const string Target = "≤ 2.5 × peer";
    private const int BatchSize = 128;

    internal static async Task<IReadOnlyList<Row>> RunAsync(Effort effort)
    {
        byte[] keys = new byte[BatchSize * BlsPublicKey.Size];
        byte[] signatures = new byte[BatchSize * BlsSignature.Size];
        ReadOnlyMemory<byte>[] messages = new ReadOnlyMemory<byte>[BatchSize];
        Sign(keys, messages, signatures);
        byte[] key = keys[..BlsPublicKey.Size];
        byte[] signature = signatures[..BlsSignature.Size];
        ReadOnlyMemory<byte>[] message = messages[..1];
        IBls12381 bls = Bls12381.Default;
        double[][] medians = await Turns.MediansAsync(
            effort.Of(9, 1),
            async () =>
            {
                double[] single = await Turns.MediansAsync(
                    5,
                    effort.Of(100, 10),
                    () => Demand(bls.Verify(key, message, BlsSignature.Suite, signature)),
                    () => Demand(bls.ValidatePublicKey(key) == PointValidity.Valid
                        && bls.ValidateSignature(signature) == PointValidity.Valid
                        && bls.Verify(key, message, BlsSignature.Suite, signature)));
                double[] batch = await Turns.MediansAsync(
                    5,
                    effort.Of(3, 1),
                    () => Demand(bls.VerifyBatch(keys, messages, BlsSignature.Suite, signatures)));
                return [.. single, batch[0] / BatchSize];
            },
            MeasurePeerAsync);
        double[] ours = medians[0];
        double[] theirs = medians[1];
        return
        [
            new Row("signature verified, validated key and signature read from bytes", ours[0], Unknown)
            {
                Peer = Peer,
                PeerTime = theirs[0],
                Target = Target,
            },
            new Row("the same, where blst has both as points in memory", ours[0], Unknown) { Peer = Peer, PeerTime = theirs[1] },
            new Row("key and signature validated, signature verified", ours[1], Unknown)
            {
                Peer = Peer,
                PeerTime = theirs[2],
                Target = Target,
            },
            new Row($"batch of {BatchSize} verified on {Environment.ProcessorCount} cores (blst: 1), per signature", ours[2], Unknown)
            {
                Peer = Peer,
                PeerTime = theirs[3],
                Target = Target,
            },
        ];
    }

    private static void Sign(Span<byte> keys, Span<ReadOnlyMemory<byte>> messages, Span<byte> signatures)
    {
        using BlsSecretKey master = Eip2333KeyDerivation.DeriveMaster([.. Enumerable.Range(1, 64).Select(i => (byte)i)]);
        for (int i = 0; i < BatchSize; i++)
        {
            using BlsSecretKey key = Eip2333KeyDerivation.DeriveChild(master, (uint)i);
            byte[] message = [.. Enumerable.Repeat((byte)i, 32)];
            messages[i] = message;
            key.GetPublicKey().CopyTo(keys[(i * BlsPublicKey.Size)..]);
            key.Sign(message).CopyTo(signatures[(i * BlsSignature.Size)..]);
        }
    }

    private static void Demand(bool verified)
    {
        if (!verified)
        {
            throw new InvalidOperationException("a right signature is not verified");
        }
    }

    private static async Task<double[]> MeasurePeerAsync()
    {
        string output = (await ProgramRun.Of(Repository.Node("Bls/verification.mjs"), watch: false)).Output;
        Dictionary<string, double> microseconds = JsonSerializer.Deserialize<Dictionary<string, double>>(output)!;
        string[] names = ["verify", "verifyPoints", "validateAndVerify", "verifyBatch"];
        return [.. names.Select(name => microseconds[name] * 1e-6)];
    }
}
