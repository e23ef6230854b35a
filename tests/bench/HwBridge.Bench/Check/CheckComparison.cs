using System.Globalization;
using HwBridge.Bench.Exchange;
using HwBridge.Bench.Running;

namespace HwBridge.Bench.Check;

/// <summary>Whole runs of <c>hwbridge check</c> over the APDU socket: what they take beyond the device's own time.</summary>
internal static class CheckComparison
{
    /// <summary>The Ethereum app 1.22.0, per validator key, in seconds.</summary>
    private const double RealDevice = 0.2005;

    private const string DeviceTime = "the device's own time";

    internal static async Task<IReadOnlyList<Row>> RunAsync(Effort effort)
    {
        int keys = effort.Of(1000, 50);
        int paced = effort.Of(100, 5);
        using TemporaryFolder folder = new();
        string hwbridge = await Repository.PublishProgramAsync();
        string seed = folder.File("seed");
        await File.WriteAllTextAsync(seed, RecitingLedger.Mnemonic);
        using ServingProgram reciting = new(Environment.ProcessPath!, RecitingLedger.Argument);
        using ServingProgram software = new(hwbridge, "--quiet", "emulator", "ledger", "--port", "0", "--seed-file", seed);
        using ServingProgram real = new(hwbridge, "--quiet", "emulator", "ledger", "--port", "0", "--seed-file", seed, "--real-pace");
        string expected = await ExpectAsync(keys);
        string expectedPaced = await ExpectAsync(paced);

        double[][] medians = await Turns.MediansAsync(
            effort.Of(7, 1), () => CheckAsync(reciting, expected), () => CheckAsync(software, expected));
        double host = medians[0][0];
        double device = medians[1][0] - host;
        double whole = (await CheckAsync(real, expectedPaced))[0];
        return
        [
            new Row(
                $"`check` of {keys} keys: the host's {Row.Time(host)} and a real Ledger's {Row.Time(RealDevice)} a key added up",
                host + (keys * RealDevice),
                DeviceTime)
            {
                LimitTime = keys * RealDevice,
                Target = "≤ 1.05 × limit",
            },
            new Row($"`check` of {paced} keys by the software Ledger at the real app's pace, measured whole", whole, DeviceTime)
            {
                LimitTime = paced * RealDevice,
            },
            new Row($"`check` of {keys} keys by the software Ledger as fast as it can, measured whole", medians[1][0], DeviceTime)
            {
                LimitTime = device,
            },
        ];

        async Task<string> ExpectAsync(int count)
        {
            string file = folder.File(string.Create(CultureInfo.InvariantCulture, $"expected-{count}.json"));
            string indices = string.Create(CultureInfo.InvariantCulture, $"0-{count - 1}");
            await ProgramRun.Of(hwbridge, "pubkeys", "--device", reciting.Uri, "--index", indices, "--out", file);
            return file;
        }

        // An exit code other than 0 would say that a key is missing, and is an error here.
        async Task<double[]> CheckAsync(ServingProgram ledger, string file) =>
            [(await ProgramRun.Of(hwbridge, "check", "--device", ledger.Uri, "--expect", file)).Wall];
    }
}
