using System.Runtime.CompilerServices;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;
using HwBridge.Transports.Linux;

namespace HwBridge.Transports.Hidraw;

/// <summary>64-byte reports to and from a raw HID node of Linux.</summary>
/// <remarks>
/// A write of a report without a number of its own is one byte longer: the kernel wants the number 0 in front. A write that the device does not take is given up by the kernel, after
/// five seconds at most. A read asks for 10 ms on the calling thread, then waits on another one until something comes, the device
/// leaves (which ends the wait at once and for good), or the token says so; no time of the processor is used meanwhile.
/// The node is locked while it is open, so that two programs that respect this never mix their exchanges.
/// </remarks>
public sealed class HidrawTransport : ITransport
{
    /// <summary>The size of each report in bytes.</summary>
    public const int ReportSize = 64;

    /// <summary>More than the kernel keeps of one node's reports.</summary>
    internal const int MaximumStale = 256;

    /// <summary>How long an answer is waited for on the calling thread.</summary>
    internal const int BriefMilliseconds = 10;

    private readonly Descriptor _node;
    private readonly bool _isNumbered;
    private readonly SecretBuffer _numbered = SecretBuffer.Allocate(1 + ReportSize);

    /// <summary>Takes over an open node.</summary>
    internal HidrawTransport(Descriptor node, string uri, bool isNumbered = false)
    {
        _node = node;
        _isNumbered = isNumbered;
        Uri = uri;
    }

    /// <inheritdoc/>
    public string Uri { get; }

    /// <summary>Opens and locks a node, and throws away what it had received for somebody else.</summary>
    /// <param name="uri">The name of the device in messages to the person.</param>
    /// <param name="path">The node.</param>
    /// <param name="isNumbered">See <see cref="HidrawNode.IsNumbered"/>.</param>
    /// <exception cref="FaultException">
    /// <see cref="Fault.DeviceNotFound"/>: it has left; <see cref="Fault.DevicePermission"/>: this user may not open it;
    /// <see cref="Fault.DeviceBusy"/>: another program has it.
    /// </exception>
    public static HidrawTransport Open(string uri, string path, bool isNumbered = false)
    {
        HidrawTransport transport = new(OpenNode(uri, path), uri, isNumbered);
        try
        {
            transport.Drain();
            return transport;
        }
        catch (FaultException)
        {
            transport.Dispose();
            throw;
        }
    }

    /// <summary>Opens and locks a node.</summary>
    /// <exception cref="FaultException">As of <see cref="Open"/>.</exception>
    internal static Descriptor OpenNode(string uri, string path)
    {
        Descriptor? node = null;
        try
        {
            node = Descriptor.Open(path, LibC.ReadWrite | LibC.NonBlocking);
            if (!node.TryLock())
            {
                throw TransportFault.Busy(uri, DescriptorHolders.OfLock(node));
            }

            Descriptor locked = node;
            node = null;
            return locked;
        }
        catch (IOException refused)
        {
            throw refused.HResult switch
            {
                LibC.AccessDenied or LibC.NotPermitted => TransportFault.Forbidden(uri, path, refused),
                LibC.Busy => TransportFault.Busy(uri, DescriptorHolders.OfFile(path) is [string holder, ..] ? holder : null),
                _ => TransportFault.WentAway(uri, refused),
            };
        }
        finally
        {
            node?.Dispose();
        }
    }

    /// <inheritdoc/>
    public ValueTask SendAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(piece.Length, ReportSize, nameof(piece));
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            piece.Span.CopyTo(_numbered.Span[1..]);
            _node.WriteWhole(_isNumbered ? piece.Span : _numbered.Span);
            return ValueTask.CompletedTask;
        }
        catch (IOException gone)
        {
            throw TransportFault.WentAway(Uri, gone);
        }
        finally
        {
            _numbered.Span.Clear();
        }
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(buffer.Length, ReportSize, nameof(buffer));
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            if (!_node.TryRead(buffer.Span, BriefMilliseconds, out int count))
            {
                count = await LongWait.RunAsync(() => _node.Read(buffer.Span, cancellationToken)).ConfigureAwait(false);
            }

            return count > 0 ? count : throw TransportFault.WentAway(Uri);
        }
        catch (IOException gone)
        {
            throw TransportFault.WentAway(Uri, gone);
        }
    }

    /// <inheritdoc/>
    public void Drain()
    {
        Span<byte> stale = stackalloc byte[ReportSize];
        try
        {
            for (int i = 0; i < MaximumStale && _node.TryRead(stale, 0, out int count) && count > 0; i++)
            {
                stale.Clear();
            }
        }
        catch (IOException gone)
        {
            throw TransportFault.WentAway(Uri, gone);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private void Dispose()
    {
        _node.Dispose();
        _numbered.Dispose();
    }
}
