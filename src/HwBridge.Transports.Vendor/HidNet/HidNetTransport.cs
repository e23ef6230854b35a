using Device.Net;
using Device.Net.Exceptions;
using Hid.Net;
using HwBridge.Core.Faults;
using HwBridge.Transports.Hidraw;

namespace HwBridge.Transports.Vendor.HidNet;

/// <summary>64-byte reports to and from a device of Hid.Net.</summary>
/// <remarks>
/// Hid.Net has the number in front of each report both ways; <see cref="Pass(Report)"/> and its fellows keep it from copying arrays to take it
/// off and put it on. Its arrays are managed memory all the same: they are wiped here, as soon as their bytes are taken. A read that nobody waits for
/// any more goes on, since not every system lets it be cancelled, and what it brings is the next one's.
/// </remarks>
public sealed class HidNetTransport : ITransport
{
    private static readonly TimeSpan Brief = TimeSpan.FromMilliseconds(HidrawTransport.BriefMilliseconds);
    private static readonly TimeSpan LastRead = TimeSpan.FromSeconds(1);

    private readonly IDevice _device;
    private readonly int _front;
    private readonly byte[] _numbered;
    private readonly CancellationTokenSource _closing = new();
    private Task<TransferResult>? _reading;

    private HidNetTransport(IDevice device, bool isNumbered, string uri)
    {
        _device = device;
        _front = isNumbered ? 0 : 1;
        _numbered = GC.AllocateArray<byte>(_front + HidrawTransport.ReportSize, pinned: true);
        Uri = uri;
    }

    /// <inheritdoc/>
    public string Uri { get; }

    /// <summary>Opens a device, and throws away what it had received for somebody else.</summary>
    /// <param name="uri">The name of the device in messages to the person.</param>
    /// <param name="device">Made with <see cref="Pass(Report)"/> and its fellows; taken over.</param>
    /// <param name="isNumbered">Whether reports have a number of their own, which is then the first byte of each; otherwise a 0 is in front.</param>
    /// <param name="cancellationToken">Stops the attempt.</param>
    /// <exception cref="FaultException">
    /// <see cref="Fault.DeviceNotFound"/>, <see cref="Fault.DeviceBusy"/> or, where the system tells it apart, <see cref="Fault.DevicePermission"/>.
    /// </exception>
    internal static async ValueTask<HidNetTransport> OpenAsync(string uri, IDevice device, bool isNumbered, CancellationToken cancellationToken)
    {
        HidNetTransport transport = new(device, isNumbered, uri);
        try
        {
            await device.InitializeAsync(cancellationToken).ConfigureAwait(false);
            if (device is HidDevice { IsReadOnly: true })
            {
                throw Busy(uri, null);
            }

            transport.Drain();
            return transport;
        }
        catch (Exception failed)
        {
            await transport.DisposeAsync().ConfigureAwait(false);
            if (failed is ApiException or IOException)
            {
                throw Busy(uri, failed);
            }

            throw;
        }
    }

    /// <summary>What was read, as it is.</summary>
    internal static TransferResult Pass(Report report) => report.TransferResult;

    /// <summary>What Windows gave, as it is.</summary>
    internal static Report Pass(TransferResult transfer) => new(0, transfer);

    /// <summary>What is to be written, as it is.</summary>
    internal static Report Pass(byte[] numbered) => new(0, numbered);

    /// <summary>What Windows gets, as it is.</summary>
    internal static byte[] Pass(byte[] numbered, byte number) => numbered;

    /// <inheritdoc/>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(piece.Length, HidrawTransport.ReportSize, nameof(piece));
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            piece.CopyTo(_numbered.AsMemory(_front));
            await _device.WriteAsync(_numbered, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException gone)
        {
            // Hid.Net makes one exception of every other one.
            cancellationToken.ThrowIfCancellationRequested();
            throw TransportFault.WentAway(Uri, gone.InnerException ?? gone);
        }
        finally
        {
            _numbered.AsSpan().Clear();
        }
    }

    /// <inheritdoc/>
    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(buffer.Length, HidrawTransport.ReportSize, nameof(buffer));
        cancellationToken.ThrowIfCancellationRequested();
        Task<TransferResult> reading = _reading ??= _device.ReadAsync(_closing.Token);
        try
        {
            await reading.WaitAsync(cancellationToken).ConfigureAwait(false);
            return Take(buffer.Span);
        }
        catch (IOException gone)
        {
            _reading = null;
            throw TransportFault.WentAway(Uri, gone.InnerException ?? gone);
        }
    }

    /// <inheritdoc/>
    public void Drain()
    {
        Span<byte> stale = stackalloc byte[HidrawTransport.ReportSize];
        try
        {
            for (int i = 0; i < HidrawTransport.MaximumStale && (_reading ??= _device.ReadAsync(_closing.Token)).Wait(Brief); i++)
            {
                Take(stale);
                stale.Clear();
            }
        }
        catch (AggregateException failed) when (failed.InnerException is IOException gone)
        {
            _reading = null;
            throw TransportFault.WentAway(Uri, gone.InnerException ?? gone);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        if (_reading is { } reading)
        {
            await Task.WhenAny(reading, Task.Delay(LastRead)).ConfigureAwait(false);
        }

        _device.Dispose();
        _closing.Dispose();
    }

    /// <summary>Takes what the read that has ended brought.</summary>
    private int Take(Span<byte> into)
    {
        TransferResult report = _reading!.Result;
        _reading = null;
        Span<byte> numbered = report.Data.AsSpan(0, (int)report.BytesTransferred);
        if (numbered.Length <= _front)
        {
            throw TransportFault.WentAway(Uri);
        }

        numbered[_front..].CopyTo(into);
        numbered.Clear();
        return numbered.Length - _front;
    }

    private static FaultException Busy(string uri, Exception? failed) => new(
        Fault.DeviceBusy,
        $"{uri} can't be opened to write; another program has it, as far as the system tells",
        "Let that program finish, or close it, then run the command again.",
        failed);
}
