using System.Diagnostics.CodeAnalysis;
using HwBridge.Core.Secrets;

namespace HwBridge.Transports.InProcess;

/// <summary>One direction between two sides of a process: a ring of guarded bytes, and the length of each packet in it.</summary>
/// <remarks>One reader and one writer, which may be on different threads.</remarks>
[SuppressMessage(
    "Design",
    "CA1001:Types that own disposable fields should be disposable",
    Justification = "the other side may still wait on the semaphores, which hold no handle; the ring is freed by its reader")]
internal sealed class InProcessLane(string uri, int capacity)
{
    private readonly Lock _lock = new();
    private readonly SecretBuffer _ring = SecretBuffer.Allocate(capacity);
    private readonly Queue<int> _lengths = new();
    private readonly SemaphoreSlim _arrived = new(0, 1);
    private readonly SemaphoreSlim _taken = new(0, 1);
    private int _start;
    private int _used;
    private int _delivered;
    private bool _writerGone;
    private bool _readerGone;

    internal async ValueTask WriteAsync(ReadOnlyMemory<byte> packet, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfZero(packet.Length, nameof(packet));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(packet.Length, capacity, nameof(packet));
        cancellationToken.ThrowIfCancellationRequested();
        while (!TryWrite(packet.Span))
        {
            await _taken.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    internal async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfZero(buffer.Length, nameof(buffer));
        cancellationToken.ThrowIfCancellationRequested();
        int count;
        while (!TryRead(buffer.Span, out count))
        {
            await _arrived.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        return count;
    }

    internal void Drain()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_readerGone, typeof(InProcessTransport));
            _lengths.Clear();
            _ring.Span.Clear();
            _start = _used = _delivered = 0;
            Wake(_taken);
        }
    }

    /// <summary>What was written before stays readable, as with a socket.</summary>
    internal void CloseWriter()
    {
        lock (_lock)
        {
            _writerGone = true;
            Wake(_arrived);
            Wake(_taken);
        }
    }

    internal void CloseReader()
    {
        lock (_lock)
        {
            _readerGone = true;
            _lengths.Clear();
            _ring.Dispose();
            Wake(_arrived);
            Wake(_taken);
        }
    }

    private bool TryWrite(ReadOnlySpan<byte> packet)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_writerGone, typeof(InProcessTransport));
            if (_readerGone)
            {
                throw TransportFault.WentAway(uri);
            }

            if (capacity - _used < packet.Length)
            {
                return false;
            }

            int end = (_start + _used) % capacity;
            int first = Math.Min(packet.Length, capacity - end);
            packet[..first].CopyTo(_ring.Span[end..]);
            packet[first..].CopyTo(_ring.Span);
            _used += packet.Length;
            _lengths.Enqueue(packet.Length);
            Wake(_arrived);
            return true;
        }
    }

    private bool TryRead(Span<byte> buffer, out int count)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_readerGone, typeof(InProcessTransport));
            if (!_lengths.TryPeek(out int length))
            {
                count = 0;
                return _writerGone ? throw TransportFault.WentAway(uri) : false;
            }

            count = Math.Min(length - _delivered, buffer.Length);
            int first = Math.Min(count, capacity - _start);
            Move(_ring.Span.Slice(_start, first), buffer);
            Move(_ring.Span[..(count - first)], buffer[first..]);
            _start = (_start + count) % capacity;
            _used -= count;
            _delivered += count;
            if (_delivered == length)
            {
                _lengths.Dequeue();
                _delivered = 0;
            }

            Wake(_taken);
            return true;
        }
    }

    private static void Move(Span<byte> from, Span<byte> to)
    {
        from.CopyTo(to);
        from.Clear();
    }

    private static void Wake(SemaphoreSlim waiting)
    {
        // Only ever under the lock, so that the count stays 0 or 1.
        if (waiting.CurrentCount == 0)
        {
            waiting.Release();
        }
    }
}
