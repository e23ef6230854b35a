using System.Diagnostics;
using HwBridge.Bench.Running;
using HwBridge.Core.KeyStores;
using HwBridge.Devices;
using HwBridge.Shared.SigningBridge;

namespace HwBridge.Bench.Bridge;

/// <summary>What the bridge adds to a signature over the library called straight, each with a software Ledger of its own behind TCP.</summary>
internal static class BridgeComparison
{
    internal static async Task<IReadOnlyList<Row>> RunAsync(Effort effort)
    {
        await using TestBridge socket = await TestBridge.StartAsync(overSocket: true);
        await using TestBridge other = await TestBridge.StartAsync();
        await using IKeyStore device = await DeviceConnector.OpenAsync(
            DeviceUri.Parse(other.DeviceAddress), new ConnectOptions(), other.Person, CancellationToken.None);
        IExecutionSigning signing = device.Require<IExecutionSigning>("sign");
        byte[] message = "hello"u8.ToArray();
        int calls = effort.Of(300, 20);
        double[][] medians = await Turns.MediansAsync(
            effort.Of(5, 1),
            () => MedianAsync(calls, async () => await socket.SignMessageAsync()),
            () => MedianAsync(calls, async () => await signing.SignMessageAsync(TestBridge.Path0, message, CancellationToken.None)));
        (double bridged, double straight) = (medians[0][0], medians[1][0]);
        return
        [
            new Row("personal_sign through the bridge, over its Unix socket", bridged, "the library called straight") { LimitTime = straight },
            new Row("the same: what the bridge adds, its own address check and the client's HTTP among it", bridged - straight, "0") { Target = "< 3 ms" },
        ];
    }

    private static async Task<double[]> MedianAsync(int calls, Func<Task> call)
    {
        double[] times = new double[calls];
        for (int i = 0; i < calls; i++)
        {
            long start = Stopwatch.GetTimestamp();
            await call();
            times[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        Array.Sort(times);
        return [times[calls / 2]];
    }
}
