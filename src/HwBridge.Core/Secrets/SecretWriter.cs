using System.Buffers;

namespace HwBridge.Core.Secrets;

/// <summary>A growing <see cref="IBufferWriter{T}"/> over guarded memory; what it outgrows is wiped.</summary>
/// <param name="capacity">The first size in bytes; it doubles as needed.</param>
public sealed class SecretWriter(int capacity = 4096) : IBufferWriter<byte>, IDisposable
{
    private SecretBuffer _buffer = SecretBuffer.Allocate(capacity);

    /// <summary>The number of bytes written so far.</summary>
    public int WrittenCount { get; private set; }

    /// <summary>What was written so far; valid until the next write.</summary>
    public ReadOnlySpan<byte> WrittenSpan => _buffer.Span[..WrittenCount];

    /// <inheritdoc/>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _buffer.Length - WrittenCount);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        WrittenCount += count;
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _buffer.Memory[WrittenCount..];
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _buffer.Span[WrittenCount..];
    }

    /// <summary>A buffer of exactly the bytes written; this writer is wiped and empty afterwards.</summary>
    public SecretBuffer ToSecretBuffer()
    {
        SecretBuffer exact = SecretBuffer.CopyOf(WrittenSpan);
        _buffer.Span.Clear();
        WrittenCount = 0;
        return exact;
    }

    /// <inheritdoc/>
    public void Dispose() => _buffer.Dispose();

    private void Reserve(int sizeHint)
    {
        int needed = checked(WrittenCount + Math.Max(sizeHint, 1));
        if (needed <= _buffer.Length)
        {
            return;
        }

        SecretBuffer larger = SecretBuffer.Allocate(Math.Max(needed, checked(_buffer.Length * 2)));
        WrittenSpan.CopyTo(larger.Span);
        _buffer.Dispose();
        _buffer = larger;
    }
}
