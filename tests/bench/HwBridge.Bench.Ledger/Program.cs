// Host time per exchange over the APDU socket: HwBridge against @ledgerhq/hw-app-eth on the same software Ledger.
// Run in Release after `npm ci` in tests/HwBridge.Interop; writes tests/bench/results/ledger.md (or ledger-inline.md).
using System.Diagnostics;
using System.Globalization;
using HwBridge.Bench.Ledger;
using HwBridge.Core.Bls;
using HwBridge.Core.Eip2333;
using HwBridge.Core.Eip2334;
using HwBridge.Core.KeyStores;
using HwBridge.Devices.Ledger;
using HwBridge.Protocols.Ledger;
using HwBridge.Transports.Tcp;

const int Runs = 5;
const int Rounds = 400;
const int WarmUp = 300;
const double DeviceTime = 200_500;

// A setting of the runtime's, read from the environment: continue on the thread that saw the answer arrive, without a switch.
bool inline = Environment.GetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS") == "1";

if (args is [DeviceProcess.Argument])
{
    await DeviceProcess.ServeAsync();
    return;
}

string root = AppContext.BaseDirectory;
while (!File.Exists(Path.Combine(root, "HwBridge.sln")))
{
    root = Path.GetDirectoryName(root) ?? throw new DirectoryNotFoundException("HwBridge.sln");
}

using DeviceProcess device = new();
(string Name, string Call, Func<LedgerKeyStore, ValueTask> Ours)[] exchanges =
[
    ("X25519 public key (E018)", """["getEIP1024PublicEncryptionKey","44'/60'/12381'/0/0"]""", SealingKeyAsync),
    ("validator key (E00E), ours with curve and subgroup checked", """["eth2GetPublicKey","12381/3600/0/0/0"]""", ValidatorKeyAsync),
];
List<string> rows = [];
double hostTime = 0;
foreach ((string name, string call, Func<LedgerKeyStore, ValueTask> ours) in exchanges)
{
    List<Cost> own = [];
    List<Cost> theirs = [];
    for (int run = 0; run < Runs; run++)
    {
        own.Add(await MeasureOwnAsync(ours));
        theirs.Add(MeasureTheirs(call));
    }

    Cost a = Median(own);
    Cost b = Median(theirs);
    hostTime = a.Host;
    rows.Add(string.Create(
        CultureInfo.InvariantCulture,
        $"| {name} | {a.Host:0.0} | {b.Host:0.0} | **{b.Host / a.Host:0.0}** | {a.Processor:0.0} | {b.Processor:0.0} | **{b.Processor / a.Processor:0.0}** | {a.Device:0} |"));
}

string report = $"""
    # Ledger: host time per exchange over the APDU socket

    HwBridge's `LedgerKeyStore` against `@ledgerhq/hw-app-eth` on the same software Ledger in another process, over loopback TCP: the median of
    {Runs} runs of {Rounds} exchanges each after {WarmUp} to warm up, in microseconds. *Host* is the time from the call to its result without the
    device's own time (from the APDU's arrival there to its answer); it still has the kernel's way through the loopback in it, which is the same for both. *Processor* is
    what the host's process used. Sockets' continuations ran {(inline ? "inline (DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS=1)" : "on the thread pool, the default")}.

    | exchange | host, HwBridge | host, hw-app-eth | times less | processor, HwBridge | processor, hw-app-eth | times less | device |
    | --- | --- | --- | --- | --- | --- | --- | --- |
    {string.Join(Environment.NewLine, rows)}

    Of our processor time for a validator key, {PointCheck()} microseconds are the check that the point is on the curve and in the subgroup, which hw-app-eth leaves out.
    A real device takes 200.5 ms for a validator key, so HwBridge's own time for it is {Share(hostTime)} % on top.

    Machine: {Machine()}. Again: `dotnet run -c Release --project tests/bench/HwBridge.Bench.Ledger` after `npm ci` in `tests/HwBridge.Interop`.

    """;
Console.WriteLine(report);
await File.WriteAllTextAsync(Path.Combine(root, "tests", "bench", "results", inline ? "ledger-inline.md" : "ledger.md"), report);

async Task<Cost> MeasureOwnAsync(Func<LedgerKeyStore, ValueTask> exchange)
{
    TcpTransport transport = await TcpTransport.ConnectAsync("bench", "127.0.0.1", device.Port, CancellationToken.None);
    await using LedgerKeyStore store = await LedgerKeyStore.OpenAsync(
        transport, new ApduSocketFraming(), new SilentPerson(), new LedgerOptions(), CancellationToken.None);
    for (int i = 0; i < WarmUp; i++)
    {
        await exchange(store);
    }

    device.ReadDeviceTime();
    using Process self = Process.GetCurrentProcess();
    TimeSpan cpu = self.TotalProcessorTime;
    long start = Stopwatch.GetTimestamp();
    for (int i = 0; i < Rounds; i++)
    {
        await exchange(store);
    }

    double wall = Stopwatch.GetElapsedTime(start).TotalMicroseconds / Rounds;
    self.Refresh();
    double deviceTime = device.ReadDeviceTime();
    return new Cost(wall - deviceTime, (self.TotalProcessorTime - cpu).TotalMicroseconds / Rounds, deviceTime);
}

Cost MeasureTheirs(string call)
{
    string folder = Path.Combine(root, "tests", "HwBridge.Interop");
    ProcessStartInfo start = new("node", ["Ledger/hw-app-eth-bench.mjs", $"{device.Port}", $"{Rounds}", $"{WarmUp}"])
    {
        WorkingDirectory = folder,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    };
    using Process node = Process.Start(start)!;
    node.StandardInput.WriteLine(call);
    node.StandardInput.Close();
    string[] numbers = node.StandardOutput.ReadToEnd().Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
    node.WaitForExit();
    double deviceTime = device.ReadDeviceTime();
    return new Cost(
        double.Parse(numbers[0], CultureInfo.InvariantCulture) - deviceTime, double.Parse(numbers[1], CultureInfo.InvariantCulture), deviceTime);
}

static Cost Median(List<Cost> costs) => new(
    costs.Select(cost => cost.Host).Order().ElementAt(costs.Count / 2),
    costs.Select(cost => cost.Processor).Order().ElementAt(costs.Count / 2),
    costs.Select(cost => cost.Device).Order().ElementAt(costs.Count / 2));

static async ValueTask SealingKeyAsync(LedgerKeyStore store)
{
    store.TryGet(out ISealing? sealing);
    await sealing!.GetPublicKeyAsync(false, CancellationToken.None);
}

static async ValueTask ValidatorKeyAsync(LedgerKeyStore store)
{
    store.TryGet(out IValidatorKeys? keys);
    await foreach (DerivedKey _ in keys!.GetPublicKeysAsync([ValidatorKeyPath.Signing(0)], false, CancellationToken.None))
    {
    }
}

static string PointCheck()
{
    Span<byte> key = stackalloc byte[BlsPublicKey.Size];
    using BlsSecretKey secret = Eip2333KeyDerivation.DeriveMaster(new byte[32]);
    secret.GetPublicKey().CopyTo(key);
    long start = 0;
    for (int i = 0; i < WarmUp + Rounds; i++)
    {
        start = i == WarmUp ? Stopwatch.GetTimestamp() : start;
        if (BlsPublicKey.TryDecode(key, out _) != PointValidity.Valid)
        {
            throw new InvalidOperationException("a computed key is no key");
        }
    }

    return (Stopwatch.GetElapsedTime(start).TotalMicroseconds / Rounds).ToString("0", CultureInfo.InvariantCulture);
}

static string Share(double hostTime) => (100 * hostTime / DeviceTime).ToString("0.00", CultureInfo.InvariantCulture);

static string Machine()
{
    string model = File.Exists("/proc/cpuinfo")
        ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown"
        : "unknown";
    return $"{Environment.ProcessorCount} processors ({model}), .NET {Environment.Version}, {Environment.OSVersion}";
}
