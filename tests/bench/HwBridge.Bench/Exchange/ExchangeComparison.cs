using System.Diagnostics;
using System.Globalization;
using HwBridge.Bench.Running;
using HwBridge.Core.Bls;
using HwBridge.Core.Eip2333;
using HwBridge.Devices.Ledger;

namespace HwBridge.Bench.Exchange;

/// <summary>Host time per exchange over the APDU socket, against the maker's library with the same software Ledger.</summary>
internal static class ExchangeComparison
{
    private const string Floor = "the same bytes by a blocking socket";

    internal static async Task<IReadOnlyList<Row>> RunAsync(Effort effort)
    {
        using ServingProgram device = new(Environment.ProcessPath!, RecitingLedger.Argument);
        int runs = effort.Of(9, 1);
        string rounds = effort.Of(3000, 100).ToString(CultureInfo.InvariantCulture);
        string warmUp = effort.Of(3000, 100).ToString(CultureInfo.InvariantCulture);
        List<Row> rows = [];
        double pointCheck = await PointCheckAsync(effort);
        foreach ((string name, string exchange, string call) in ((string, string, string)[])
        [
            ("X25519 public key (E018)", ExchangeHost.SealingKey, $"""["getEIP1024PublicEncryptionKey","{new LedgerOptions().SealingPath.ToString()[2..]}"]"""),
            ("validator key (E00E)", ExchangeHost.ValidatorKey, """["eth2GetPublicKey","12381/3600/0/0/0"]"""),
        ])
        {
            double[][] medians = await Turns.MediansAsync(
                runs,
                () => RunAsync(Own(ExchangeHost.Ours)),
                () => RunAsync(Repository.Node("Ledger/hw-app-eth-bench.mjs", device.Port, rounds, warmUp, call)),
                () => RunAsync(Own(ExchangeHost.Bare)));
            (double[] ours, double[] theirs, double[] bare) = (medians[0], medians[1], medians[2]);
            bool validated = exchange == ExchangeHost.ValidatorKey;
            string checks = validated ? ", curve and subgroup checked" : "";
            rows.Add(new Row($"{name}{checks}: wall", ours[0], Floor)
            {
                Peer = "hw-app-eth",
                PeerTime = theirs[0],
                LimitTime = bare[0],
                Target = "≥ 3 × peer",
            });
            rows.Add(new Row($"{name}{checks}: processor time of the host", ours[1], Floor)
            {
                Peer = "hw-app-eth",
                PeerTime = theirs[1],
                LimitTime = bare[1],
            });
            if (validated)
            {
                rows.Add(new Row($"{name} without that check ({Row.Time(pointCheck)}), which hw-app-eth leaves out: wall", ours[0] - pointCheck, Floor)
                {
                    Peer = "hw-app-eth",
                    PeerTime = theirs[0],
                    LimitTime = bare[0],
                });
            }

            ProcessStartInfo Own(string kind) =>
                new(Environment.ProcessPath!, [ExchangeHost.Argument, kind, exchange, device.Port, rounds, warmUp]);
        }

        return rows;
    }

    private static async Task<double[]> RunAsync(ProcessStartInfo start) =>
        [.. (await ProgramRun.Of(start, watch: false)).Output.Split(' ').Select(number => double.Parse(number, CultureInfo.InvariantCulture) * 1e-6)];

    private static async Task<double> PointCheckAsync(Effort effort)
    {
        using BlsSecretKey secret = Eip2333KeyDerivation.DeriveMaster(new byte[32]);
        byte[] key = new byte[BlsPublicKey.Size];
        secret.GetPublicKey().CopyTo(key);
        return (await Turns.MediansAsync(effort.Of(15, 3), effort.Of(200, 50), () => BlsPublicKey.TryDecode(key, out _)))[0];
    }
}
