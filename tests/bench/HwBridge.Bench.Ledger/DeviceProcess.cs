using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using HwBridge.Core.Secrets;
using HwBridge.Emulators.Ledger;
using HwBridge.Emulators.Screens;
using HwBridge.Emulators.Seeds;
using HwBridge.Protocols.Ledger;
using HwBridge.Transports.Tcp;

namespace HwBridge.Bench.Ledger;

/// <summary>The software Ledger in a process of its own. A line on its standard input is answered with the device's microseconds per answer since the last.</summary>
internal sealed class DeviceProcess : IDisposable
{
    internal const string Argument = "--device";

    private readonly Process _process;

    internal DeviceProcess()
    {
        _process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [Argument]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        Port = int.Parse(_process.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
    }

    internal int Port { get; }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    internal double ReadDeviceTime()
    {
        _process.StandardInput.WriteLine();
        return double.Parse(_process.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
    }

    /// <summary>What the process does.</summary>
    internal static async Task ServeAsync()
    {
        using Bip39Mnemonic mnemonic = Bip39Mnemonic.Parse("abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about");
        using SecretBuffer seed = mnemonic.DeriveSeed();
        await using SoftwareLedger ledger = new(seed.Span, new PolicyScreen(approve: true));
        using Socket listener = new(SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        Console.WriteLine(((IPEndPoint)listener.LocalEndPoint!).Port);
        TimedTransport? transport = null;
        using CancellationTokenSource stop = new();
        Task serving = AcceptAsync();
        while (await Console.In.ReadLineAsync(stop.Token) is not null)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{Stopwatch.GetElapsedTime(0, transport!.DeviceTicks).TotalMicroseconds / Math.Max(transport.Answers, 1)}"));
            transport.DeviceTicks = transport.Answers = 0;
        }

        await stop.CancelAsync();
        await serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        async Task AcceptAsync()
        {
            while (true)
            {
                Socket client = await listener.AcceptAsync(stop.Token);
                transport = new TimedTransport(new TcpTransport(client, "bench"));
                await using (transport)
                {
                    using ApduSocketDeviceFraming framing = new();
                    await ledger.ServeAsync(transport, framing, stop.Token);
                }
            }
        }
    }
}
