using System.Diagnostics;
using System.Globalization;
using HwBridge.Transports;
using HwBridge.Transports.Hidraw;
using HwBridge.Transports.Usb;

namespace HwBridge.UsbVm.Guest.Exchange;

/// <summary>How long one exchange of 64 bytes takes, beside a C program that does the same with the field's library.</summary>
internal sealed class ExchangeCases(string program) : IGuestCases
{
    private const int Rounds = 21;
    private const int WarmUp = 50;
    private const int Count = 300;
    private static readonly TimeSpan RoundDeadline = TimeSpan.FromMinutes(1);

    private readonly List<string> _measured = [];

    public IReadOnlyList<string> Measured => _measured;

    /// <summary>The C program, beside ours.</summary>
    private string Peer => Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(program)!)!, "machine", "exchange");

    public Task Exchange_Hidraw_BesideHidapi() => CompareAsync(
        EchoDevice.Hid, HidrawBus.OfSystem, node => node.Port == EchoDevice.Port, "hidapi", node => node.Path);

    public Task Exchange_Usb_BesideLibusb() => CompareAsync(
        EchoDevice.Usb, UsbBus.OfSystem, node => node is UsbNode { Vendor: not null } usb && VhciPort.IsConfigured(usb), "libusb", node => $"{node.VendorId:x4}:{node.ProductId:x4}");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static async Task<DeviceNode> FindAsync(INodeBus bus, Func<DeviceNode, bool> isEcho)
    {
        using CancellationTokenSource late = new(TimeSpan.FromSeconds(60));
        while (true)
        {
            if (bus.List().FirstOrDefault(isEcho) is { } found && File.Exists(found.Path))
            {
                return found;
            }

            await Task.Delay(10, late.Token).ConfigureAwait(false);
        }
    }

    private async Task CompareAsync(string kind, INodeBus bus, Func<DeviceNode, bool> isEcho, string library, Func<DeviceNode, string> place)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!, [Environment.GetCommandLineArgs()[0], EchoDevice.Verb, kind]) { RedirectStandardInput = true };
        using Process echo = Process.Start(start)!;
        try
        {
            DeviceNode node = await FindAsync(bus, isEcho).ConfigureAwait(false);
            await CompareAsync(node, library, place(node)).ConfigureAwait(false);
        }
        finally
        {
            echo.StandardInput.Close();
            await echo.WaitForExitAsync().ConfigureAwait(false);
        }

        Assert.That(echo.ExitCode, Is.Zero);
    }

    /// <summary>In turns, each round with a connection of its own; a round counts as its median exchange, and the rounds as their median.</summary>
    private async Task CompareAsync(DeviceNode node, string library, string place)
    {
        List<double> ours = [];
        List<double> theirs = [];
        for (int round = 0; round < Rounds; round++)
        {
            await using (ITransport transport = node.Open(node.Name))
            {
                ours.Add(await RoundAsync(transport).ConfigureAwait(false));
            }

            theirs.Add(await PeerRoundAsync(library, place).ConfigureAwait(false));
        }

        double our = Median(ours);
        double their = Median(theirs);
        _measured.Add(string.Create(
            CultureInfo.InvariantCulture,
            $"{our:0.0} µs; C with {library}: {their:0.0} µs; ratio {our / their:0.00} ({Rounds} rounds of {Count} exchanges each, in turns)"));
    }

    private async Task<double> PeerRoundAsync(string library, string place)
    {
        using Process peer = Process.Start(new ProcessStartInfo(
            Peer, [library, place, WarmUp.ToString(CultureInfo.InvariantCulture), Count.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true,
        })!;
        string printed = await peer.StandardOutput.ReadToEndAsync().ConfigureAwait(false);
        await peer.WaitForExitAsync().ConfigureAwait(false);
        Assert.That(peer.ExitCode, Is.Zero);
        return double.Parse(printed, CultureInfo.InvariantCulture) / 1000;
    }

    private static async Task<double> RoundAsync(ITransport transport)
    {
        byte[] sent = new byte[64];
        byte[] received = new byte[64];
        List<double> times = new(Count);
        using CancellationTokenSource late = new(RoundDeadline);
        for (int i = 0; i < WarmUp + Count; i++)
        {
            BitConverter.TryWriteBytes(sent, i);
            long begun = Stopwatch.GetTimestamp();
            await transport.SendAsync(sent, late.Token).ConfigureAwait(false);
            await transport.ReceiveAsync(received, late.Token).ConfigureAwait(false);
            TimeSpan took = Stopwatch.GetElapsedTime(begun);
            Assert.That(received.AsSpan().SequenceEqual(sent), Is.True);
            if (i >= WarmUp)
            {
                times.Add(took.TotalMicroseconds);
            }
        }

        return Median(times);
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }
}
