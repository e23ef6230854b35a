using System.Buffers;

namespace HwBridge.Core.Secrets;

/// <summary>
/// A fixed number of secret bytes outside the collector's reach: libsodium guarded memory (guard pages, canary, locked
/// against swap, left out of core dumps), zero at first and wiped on <see cref="Dispose"/>.
/// </summary>
/// <remarks>
/// The one type for keys, passwords, PINs and shared secrets. It is never converted to a string. Whoever receives one
/// from a method disposes it; whoever is handed one as an argument does not.
/// </remarks>
public sealed unsafe class SecretBuffer : IDisposable
{
    private readonly GuardedMemory _memory;

    private SecretBuffer(int length) => _memory = new GuardedMemory(length);

    /// <summary>The number of bytes.</summary>
    public int Length => _memory.Length;

    /// <summary>The bytes themselves. The span must not outlive the buffer.</summary>
    /// <exception cref="ObjectDisposedException">after <see cref="Dispose"/>.</exception>
    public Span<byte> Span => _memory.GetSpan();

    /// <summary>The bytes for asynchronous I/O, without a managed copy.</summary>
    public Memory<byte> Memory => _memory.Memory;

    /// <summary>False once any buffer could not be locked in memory (RLIMIT_MEMLOCK): the program says so loudly.</summary>
    public static bool LockingWorks => GuardedMemory.LockingWorks;

    /// <summary>How many buffers are not yet disposed in this process; tests hold commands to leaving none behind.</summary>
    public static int LiveCount => GuardedMemory.Live;

    /// <summary>A buffer of <paramref name="length"/> zero bytes.</summary>
    public static SecretBuffer Allocate(int length) => new(length);

    /// <summary>A buffer of <paramref name="length"/> bytes from the system's random source.</summary>
    public static SecretBuffer Random(int length)
    {
        SecretBuffer buffer = new(length);
        fixed (byte* pointer = buffer.Span)
        {
            Sodium.randombytes_buf(pointer, (nuint)length);
        }

        return buffer;
    }

    /// <summary>A buffer that holds a copy of <paramref name="bytes"/>. The source stays the caller's to wipe.</summary>
    public static SecretBuffer CopyOf(ReadOnlySpan<byte> bytes)
    {
        SecretBuffer buffer = new(bytes.Length);
        bytes.CopyTo(buffer.Span);
        return buffer;
    }

    /// <summary>Compares in a time that depends on the lengths only.</summary>
    public bool ConstantTimeEquals(ReadOnlySpan<byte> other)
    {
        ReadOnlySpan<byte> mine = Span;
        if (mine.Length != other.Length)
        {
            return false;
        }

        fixed (byte* left = mine)
        fixed (byte* right = other)
        {
            return Sodium.sodium_memcmp(left, right, (nuint)mine.Length) == 0;
        }
    }

    /// <summary>Whether all of <paramref name="secret"/> is zero, in a time that depends on its length only.</summary>
    public static bool IsZero(ReadOnlySpan<byte> secret)
    {
        fixed (byte* bytes = secret)
        {
            return Sodium.sodium_is_zero(bytes, (nuint)secret.Length) != 0;
        }
    }

    /// <summary>Wipes and frees the bytes. Calling it twice is harmless.</summary>
    public void Dispose()
    {
        ((IDisposable)_memory).Dispose();

        // Here and not deeper: whoever worked with the secret has left registers and blocks of it just below the caller.
        Residue.Wipe();
    }

    /// <summary>Never the content.</summary>
    public override string ToString() => "‹secret›";

    private sealed class GuardedMemory : MemoryManager<byte>
    {
        private static int _live;
        private nint _address;

        internal GuardedMemory(int length)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(length);
            Length = length;
            if (SpareMemory.TryTake(length, out _address))
            {
                Interlocked.Increment(ref _live);
                return;
            }

            _address = (nint)Sodium.sodium_malloc((nuint)length);
            if (_address == 0)
            {
                throw new InsufficientMemoryException($"no guarded memory for {length} bytes");
            }

            Interlocked.Increment(ref _live);

            if (length > 0 && !TryLock())
            {
                LockingWorks = false;
            }

            // sodium_malloc fills with 0xdb.
            new Span<byte>((void*)_address, length).Clear();
        }

        internal static bool LockingWorks { get; private set; } = true;

        internal static int Live => Volatile.Read(ref _live);

        internal int Length { get; }

        public override Span<byte> GetSpan()
        {
            ObjectDisposedException.ThrowIf(_address == 0, typeof(SecretBuffer));
            return new Span<byte>((void*)_address, Length);
        }

        public override MemoryHandle Pin(int elementIndex = 0)
        {
            ObjectDisposedException.ThrowIf(_address == 0, typeof(SecretBuffer));
            return new MemoryHandle((byte*)_address + elementIndex);
        }

        public override void Unpin()
        {
        }

        /// <summary>sodium_malloc ignores a failed lock; asking again tells (locking twice is harmless).</summary>
        private bool TryLock()
        {
            if (Sodium.sodium_mlock((void*)_address, (nuint)Length) == 0)
            {
                return true;
            }

            SpareMemory.Release();
            return Sodium.sodium_mlock((void*)_address, (nuint)Length) == 0;
        }

        protected override void Dispose(bool disposing)
        {
            nint address = Interlocked.Exchange(ref _address, 0);
            if (address != 0)
            {
                Sodium.sodium_memzero((void*)address, (nuint)Length);
                if (!SpareMemory.TryKeep(Length, address))
                {
                    Sodium.sodium_free((void*)address);
                }

                Interlocked.Decrement(ref _live);
            }
        }
    }
}
