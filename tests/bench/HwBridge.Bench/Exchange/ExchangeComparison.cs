using System.Diagnostics;
using System.Globalization;
using HwBridge.Bench.Running;
using HwBridge.Devices.Ledger;

namespace HwBridge.Bench.Exchange;

/// <summary>Host time per exchange over the APDU socket, against the maker's library with the same software Ledger.</summary>
internal static class ExchangeComparison
{
    private const string Floor = "the same bytes by a socket that never sleeps";

    private const string Script = "Ledger/hw-app-eth-bench.mjs";
    private const string Library = "hw-app-eth";
    private const string OneKey = """["eth2GetPublicKey","12381/3600/0/0/0"]""";

    internal static async Task<IReadOnlyList<Row>> RunAsync(Effort effort)
    {
        string sealingKey = $"""["getEIP1024PublicEncryptionKey","{new LedgerOptions().SealingPath.ToString()[2..]}"]""";
        using ServingProgram device = new(Environment.ProcessPath!, RecitingLedger.Argument);
        return
        [
            .. await CompareAsync(effort, device, "X25519 public key (E018)", ExchangeHost.SealingKey, sealingKey),
            .. await CompareAsync(effort, device, "validator key (E00E)", ExchangeHost.ValidatorKey, OneKey),
            await CompareProgramsAsync(effort, device, 1),
            await CompareProgramsAsync(effort, device, effort.Of(1000, 50)),
        ];
    }

    /// <summary>One kind of exchange again and again, after so many that both hosts are as fast as they get.</summary>
    private static async Task<IReadOnlyList<Row>> CompareAsync(
        Effort effort, ServingProgram device, string name, string exchange, string call)
    {
        string rounds = effort.Of(5000, 100).ToString(CultureInfo.InvariantCulture);
        string warmUp = effort.Of(20000, 100).ToString(CultureInfo.InvariantCulture);
        List<Func<Task<double[]>>> hosts =
        [
            () => RunAsync(Own(ExchangeHost.Ours)),
            () => RunAsync(Repository.Node(Script, device.Port, rounds, warmUp, call)),
            () => RunAsync(Own(ExchangeHost.Bare)),
        ];
        if (exchange == ExchangeHost.ValidatorKey)
        {
            hosts.Add(() => RunAsync(Own(ExchangeHost.Unchecked)));
        }

        double[][] medians = await Turns.MediansAsync(effort.Of(5, 1), [.. hosts]);
        (double[] ours, double[] theirs, double[] bare) = (medians[0], medians[1], medians[2]);
        List<Row> rows =
        [
            Of($"{name}, hot: time from call to result", ours[0], 0) with { Target = "≥ 3 × peer" },
            OwnPart($"{name}, hot: the host's own part, the bare socket's time taken off", ours[0] - bare[0]),
            Of($"{name}, hot: processor time of the host", ours[1], 1),
        ];
        if (medians.Length > 3)
        {
            double[] uncheckedKey = medians[3];
            string alone = $"{name}, hot: the key not checked for curve and subgroup, as hw-app-eth takes it";
            rows.Add(Of(alone, uncheckedKey[0], 0) with { Target = "≥ 3 × peer" });
            rows.Add(OwnPart($"{name}, hot: the same, the host's own part", uncheckedKey[0] - bare[0]));
            rows.Add(Of($"{name}, hot: the same, processor time of the host", uncheckedKey[1], 1));
        }

        return rows;

        Row OwnPart(string what, double own) =>
            new(what, own, "0") { Peer = Library, PeerTime = theirs[0] - bare[0], Target = "≥ 3 × peer" };

        Row Of(string what, double own, int number) =>
            new(what, own, Floor) { Peer = Library, PeerTime = theirs[number], LimitTime = bare[number] };

        ProcessStartInfo Own(string kind) =>
            new(Environment.ProcessPath!, [ExchangeHost.Argument, kind, exchange, device.Port, rounds, warmUp]);
    }

    /// <summary>Whole processes, as people run them.</summary>
    private static async Task<Row> CompareProgramsAsync(Effort effort, ServingProgram device, int keys)
    {
        string hwbridge = await Repository.PublishProgramAsync();
        string count = keys.ToString(CultureInfo.InvariantCulture);
        string indices = string.Create(CultureInfo.InvariantCulture, $"0-{keys - 1}");
        double[][] medians = await Turns.MediansAsync(
            effort.Of(5, 1),
            async () => [(await ProgramRun.Of(hwbridge, "pubkeys", "--device", device.Uri, "--index", indices)).Wall],
            async () => [(await ProgramRun.Of(Repository.Node(Script, device.Port, count, "0", OneKey), watch: false)).Wall]);
        string what = $"`hwbridge pubkeys`, the whole process: {keys} validator key{(keys == 1 ? "" : "s")}, checked";
        return new Row(what, medians[0][0], "the device's own time, here about nothing")
        {
            Peer = $"Node.js with {Library}, unchecked",
            PeerTime = medians[1][0],
        };
    }

    private static async Task<double[]> RunAsync(ProcessStartInfo start) =>
        [
            .. (await ProgramRun.Of(start, watch: false)).Output
                .Split(' ')
                .Select(microseconds => double.Parse(microseconds, CultureInfo.InvariantCulture) * 1e-6),
        ];
}
