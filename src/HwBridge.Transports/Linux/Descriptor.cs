using Microsoft.Win32.SafeHandles;

namespace HwBridge.Transports.Linux;

/// <summary>A file descriptor that is read straight into guarded memory, without a buffer of the framework in between.</summary>
/// <remarks>A read blocks its thread; cancelling ends it at once, by a second descriptor that wakes the wait. Linux.</remarks>
internal sealed unsafe class Descriptor : IDisposable
{
    private readonly SafeFileHandle _handle;
    private readonly SafeFileHandle _wake;

    private Descriptor(int number, bool owned)
    {
        _handle = new SafeFileHandle(number, owned);
        _wake = new SafeFileHandle(LibC.eventfd(0, LibC.CloseOnExec | LibC.NonBlocking), ownsHandle: true);
        if (_wake.IsInvalid)
        {
            IOException failed = LibC.LastException();
            _handle.Dispose();
            throw failed;
        }
    }

    /// <summary>Its number, while it is open.</summary>
    internal int Number => (int)_handle.DangerousGetHandle();

    /// <summary>For the framework's questions about the file.</summary>
    internal SafeFileHandle Handle => _handle;

    /// <summary>Opens a file, a pipe or a terminal.</summary>
    /// <exception cref="IOException">The system's reason.</exception>
    internal static Descriptor Open(string path, int flags)
    {
        int number = LibC.open(path, flags | LibC.CloseOnExec | LibC.NoControllingTerminal);
        return number >= 0 ? new Descriptor(number, owned: true) : throw LibC.LastException();
    }

    /// <summary>One that this process was started with; it stays open.</summary>
    /// <exception cref="IOException">There is none with this number.</exception>
    internal static Descriptor Inherited(int number)
    {
        // The runtime opens its own with close-on-exec; one that was handed over can't have it.
        int flags = LibC.fcntl(number, LibC.GetDescriptorFlags);
        return flags >= 0 && (flags & LibC.DescriptorCloseOnExec) == 0
            ? new Descriptor(number, owned: false)
            : throw new IOException("this program was not started with such a descriptor");
    }

    /// <summary>Takes over a descriptor that another part of this process opened.</summary>
    internal static Descriptor Adopt(int number) => new(number, owned: true);

    /// <summary>Waits for bytes and takes what is there.</summary>
    /// <returns>The number of bytes; 0 at the end.</returns>
    /// <exception cref="IOException">The system's reason.</exception>
    internal int Read(Span<byte> into, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(static me => ((Descriptor)me!).Wake(), this);
        LibC.PollItem* items = stackalloc LibC.PollItem[2];
        items[0] = new LibC.PollItem { Descriptor = Number, Events = LibC.PollIn };
        items[1] = new LibC.PollItem { Descriptor = (int)_wake.DangerousGetHandle(), Events = LibC.PollIn };
        while (true)
        {
            if (LibC.poll(items, 2, -1) < 0)
            {
                ThrowUnlessPassing();
                continue;
            }

            if (items[1].Returned != 0)
            {
                Rest();
            }

            cancellationToken.ThrowIfCancellationRequested();
            if (items[0].Returned != 0 && TakeWhatIsThere(into, out int count))
            {
                return count;
            }
        }
    }

    /// <summary>Waits for bytes for a time that is too short to need a token.</summary>
    /// <param name="into">Where the bytes go.</param>
    /// <param name="milliseconds">0 does not wait at all.</param>
    /// <param name="count">The number of bytes; 0 at the end.</param>
    /// <returns>False when nothing came.</returns>
    /// <exception cref="IOException">The system's reason.</exception>
    internal bool TryRead(Span<byte> into, int milliseconds, out int count)
    {
        count = 0;
        LibC.PollItem item = new() { Descriptor = Number, Events = LibC.PollIn };

        // A wait that fails has brought nothing either; what stands behind it, a longer wait would say.
        return LibC.TryPoll(&item, 1, milliseconds) > 0 && TakeWhatIsThere(into, out count);
    }

    /// <summary>Takes the advisory lock of the file until this is disposed; false when somebody else has it.</summary>
    /// <exception cref="IOException">The system's reason, other than that.</exception>
    internal bool TryLock()
    {
        while (LibC.flock(Number, LibC.LockExclusive | LibC.LockNonBlocking) != 0)
        {
            switch (System.Runtime.InteropServices.Marshal.GetLastPInvokeError())
            {
                case LibC.TryAgain:
                    return false;
                case LibC.Interrupted:
                    continue;
                default:
                    throw LibC.LastException();
            }
        }

        return true;
    }

    /// <summary>Waits until nobody is left who could write to this pipe, without taking anything from it.</summary>
    internal void WaitForHangUp(CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(static me => ((Descriptor)me!).Wake(), this);
        LibC.PollItem* items = stackalloc LibC.PollItem[2];
        items[0] = new LibC.PollItem { Descriptor = Number };
        items[1] = new LibC.PollItem { Descriptor = (int)_wake.DangerousGetHandle(), Events = LibC.PollIn };
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (LibC.poll(items, 2, -1) < 0)
            {
                ThrowUnlessPassing();
            }
        }
        while (items[0].Returned == 0);
    }

    /// <summary>Writes all bytes.</summary>
    /// <exception cref="IOException">The system's reason.</exception>
    internal void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            fixed (byte* pointer = bytes)
            {
                nint count = LibC.write(Number, pointer, (nuint)bytes.Length);
                if (count < 0)
                {
                    ThrowUnlessPassing();
                    continue;
                }

                bytes = bytes[(int)count..];
            }
        }
    }

    /// <summary>Writes what is of no use in parts, such as a report: with one call, which takes all of it or fails.</summary>
    /// <exception cref="IOException">The system's reason.</exception>
    internal void WriteWhole(ReadOnlySpan<byte> bytes)
    {
        nint count;
        fixed (byte* pointer = bytes)
        {
            do
            {
                count = LibC.write(Number, pointer, (nuint)bytes.Length);
            }
            while (count < 0 && System.Runtime.InteropServices.Marshal.GetLastPInvokeError() == LibC.Interrupted);
        }

        if (count != bytes.Length)
        {
            throw count < 0 ? LibC.LastException() : new IOException($"only {count} of {bytes.Length} bytes were taken");
        }
    }

    public void Dispose()
    {
        _handle.Dispose();
        _wake.Dispose();
    }

    private bool TakeWhatIsThere(Span<byte> into, out int count)
    {
        fixed (byte* pointer = into)
        {
            count = (int)LibC.TryRead(Number, pointer, (nuint)into.Length);
            if (count < 0)
            {
                // It took nothing: asking again tells why.
                count = (int)LibC.read(Number, pointer, (nuint)into.Length);
            }
        }

        if (count < 0)
        {
            ThrowUnlessPassing();
        }

        return count >= 0;
    }

    private static void ThrowUnlessPassing()
    {
        if (System.Runtime.InteropServices.Marshal.GetLastPInvokeError() is not (LibC.Interrupted or LibC.TryAgain))
        {
            throw LibC.LastException();
        }
    }

    /// <summary>Takes back a wake-up, which would end the next wait as well.</summary>
    private void Rest()
    {
        ulong count;
        _ = LibC.read((int)_wake.DangerousGetHandle(), (byte*)&count, sizeof(ulong));
    }

    private void Wake()
    {
        ulong one = 1;
        _ = LibC.write((int)_wake.DangerousGetHandle(), (byte*)&one, sizeof(ulong));
    }
}
