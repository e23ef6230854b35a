using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using HwBridge.Core.Faults;
using HwBridge.Emulators.Ledger;
using HwBridge.Emulators.Trezor;
using HwBridge.Protocols.Ledger;
using HwBridge.Transports;

namespace HwBridge.Emulators.Usb;

/// <summary>A software device that the usbip tool of Linux attaches, and any program then finds on USB: a USB/IP server on the loopback interface.</summary>
/// <remarks>
/// One host at a time has the device. There is no access control, as that protocol has none. Before a host is attached (usbip_protocol.rst), big-endian:
/// <code>
///   request  version 0111 u16 | 8005 list, 8003 import | status u32 | import: bus id[32]
///   answer   version 0111 u16 | 0005, 0003             | status u32 | list: count u32 | device | list: class, subclass, protocol, 0 of each interface
///   device   path[256] | bus id[32] | bus, number, speed u32 | vendor, product, release u16 | class, subclass, protocol, configuration, configurations, interfaces
/// </code>
/// </remarks>
public sealed class UsbipServer : IAsyncDisposable
{
    /// <summary>The port of the protocol.</summary>
    public const int DefaultPort = 3240;

    /// <summary>The device's name for the usbip tool.</summary>
    public const string BusId = "1-1";

    private const ushort Version = 0x0111;
    private const ushort List = 0x8005;
    private const ushort Import = 0x8003;
    private const ushort RequestBit = 0x8000;
    private const int HeaderSize = 8;
    private const int BusIdSize = 32;
    private const int DeviceSize = 312;
    private const int FullSpeed = 2;
    private const uint Busy = 2;
    private const uint NoDevice = 4;

    private static readonly TimeSpan HandshakeDeadline = TimeSpan.FromSeconds(5);

    private readonly Socket _listener;
    private readonly UsbDescription _description;
    private readonly Func<ITransport, CancellationToken, Task> _serve;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _connections = [];
    private int _isAttached;

    private UsbipServer(Socket listener, UsbDescription description, Func<ITransport, CancellationToken, Task> serve)
    {
        _listener = listener;
        _description = description;
        _serve = serve;
        Completion = AcceptAsync();
    }

    /// <summary>The address it listens at.</summary>
    public IPEndPoint EndPoint => (IPEndPoint)_listener.LocalEndPoint!;

    /// <summary>Ends with <see cref="DisposeAsync"/>, or with what broke it.</summary>
    public Task Completion { get; }

    /// <summary>A Trezor; stays the caller's to dispose.</summary>
    /// <param name="device">The device.</param>
    /// <param name="description">What it shows itself as.</param>
    /// <param name="port">0 for any free port, see <see cref="EndPoint"/>.</param>
    /// <exception cref="FaultException"><see cref="Fault.Io"/>: the port is taken.</exception>
    public static UsbipServer Start(SoftwareTrezor device, UsbDescription description, int port = DefaultPort) =>
        Start(description, port, device.RunAsync);

    /// <summary>A Ledger; as above.</summary>
    /// <inheritdoc cref="Start(SoftwareTrezor, UsbDescription, int)"/>
    public static UsbipServer Start(SoftwareLedger device, UsbDescription description, int port = DefaultPort) =>
        Start(description, port, async (host, cancellationToken) =>
        {
            using LedgerHidDeviceFraming framing = new();
            await device.ServeAsync(host, framing, cancellationToken).ConfigureAwait(false);
        });

    /// <summary>Closes the port; an attached host sees the plug pulled.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
        {
            return;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(_connections).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private static UsbipServer Start(UsbDescription description, int port, Func<ITransport, CancellationToken, Task> serve)
    {
        IPEndPoint address = new(IPAddress.Loopback, port);
        Socket listener = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(address);
            listener.Listen();
            return new UsbipServer(listener, description, serve);
        }
        catch (SocketException refused)
        {
            listener.Dispose();
            throw new FaultException(
                Fault.Io,
                $"the software device can't listen at {address}: {refused.Message}",
                "Choose another port, or end the program that uses this one.",
                refused);
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket connection = await _listener.AcceptAsync(_stop.Token).ConfigureAwait(false);
                connection.NoDelay = true;
                _connections.RemoveAll(task => task.IsCompleted);
                _connections.Add(ServeAsync(new NetworkStream(connection, ownsSocket: true)));
            }
        }
        catch (OperationCanceledException)
        {
            // How it ends.
        }
    }

    private async Task ServeAsync(NetworkStream host)
    {
        try
        {
            if (await GreetAsync(host).ConfigureAwait(false))
            {
                await AttachAsync(host).ConfigureAwait(false);
            }
        }
        catch (Exception left) when (left is IOException or OperationCanceledException or FaultException)
        {
            // A host that went away, broke the protocol or said nothing loses its connection; the next one may come.
        }
        finally
        {
            await host.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task AttachAsync(NetworkStream host)
    {
        if (Interlocked.Exchange(ref _isAttached, 1) == 1)
        {
            await host.WriteAsync(Answer(Import, Busy), _stop.Token).ConfigureAwait(false);
            return;
        }

        try
        {
            await host.WriteAsync((byte[])[.. Answer(Import, 0), .. Device()], _stop.Token).ConfigureAwait(false);
            UsbipDevice device = new(host, _description);
            await using (device.ConfigureAwait(false))
            {
                await _serve(device, _stop.Token).ConfigureAwait(false);
            }
        }
        finally
        {
            Interlocked.Exchange(ref _isAttached, 0);
        }
    }

    /// <summary>Answers the request with which a connection begins.</summary>
    /// <returns>True where it asks for the device.</returns>
    private async Task<bool> GreetAsync(NetworkStream host)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        limit.CancelAfter(HandshakeDeadline);
        byte[] request = new byte[HeaderSize + BusIdSize];
        await host.ReadExactlyAsync(request.AsMemory(0, HeaderSize), limit.Token).ConfigureAwait(false);
        switch (BinaryPrimitives.ReadUInt16BigEndian(request.AsSpan(2)))
        {
            case List:
                await host.WriteAsync((byte[])[.. Answer(List, 0), 0, 0, 0, 1, .. Device(), _description.InterfaceClass, 0, 0, 0], limit.Token)
                    .ConfigureAwait(false);
                return false;
            case Import:
                await host.ReadExactlyAsync(request.AsMemory(HeaderSize), limit.Token).ConfigureAwait(false);
                string wanted = Encoding.ASCII.GetString(request.AsSpan(HeaderSize)).TrimEnd('\0');
                if (wanted == BusId)
                {
                    return true;
                }

                await host.WriteAsync(Answer(Import, NoDevice), limit.Token).ConfigureAwait(false);
                return false;
            default:
                return false;
        }
    }

    private static byte[] Answer(ushort code, uint status)
    {
        byte[] answer = new byte[HeaderSize];
        BinaryPrimitives.WriteUInt16BigEndian(answer, Version);
        BinaryPrimitives.WriteUInt16BigEndian(answer.AsSpan(2), (ushort)(code & ~RequestBit));
        BinaryPrimitives.WriteUInt32BigEndian(answer.AsSpan(4), status);
        return answer;
    }

    private byte[] Device()
    {
        byte[] device = new byte[DeviceSize];
        Encoding.ASCII.GetBytes($"/sys/devices/virtual/{BusId}", device);
        Encoding.ASCII.GetBytes(BusId, device.AsSpan(256));
        BinaryPrimitives.WriteUInt32BigEndian(device.AsSpan(288), 1);
        BinaryPrimitives.WriteUInt32BigEndian(device.AsSpan(292), 2);
        BinaryPrimitives.WriteUInt32BigEndian(device.AsSpan(296), FullSpeed);
        BinaryPrimitives.WriteUInt16BigEndian(device.AsSpan(300), _description.VendorId);
        BinaryPrimitives.WriteUInt16BigEndian(device.AsSpan(302), _description.ProductId);
        BinaryPrimitives.WriteUInt16BigEndian(device.AsSpan(304), _description.Release);
        (device[309], device[310], device[311]) = (1, 1, 1);
        return device;
    }
}
