using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using HwBridge.Core.Secrets;

namespace HwBridge.Transports.Usb;

/// <summary>One transfer after the other between guarded memory and an endpoint.</summary>
/// <remarks>
/// <code>
///   submit | wait: handles the library's events on the calling thread, asleep until there is one | take
///          | cancel, from any thread: the wait ends when the kernel has given the transfer back
/// </code>
/// </remarks>
internal sealed unsafe class UsbTransfer : IDisposable
{
    private const int Milliseconds = 1000;

    /// <summary>The library itself sleeps no longer.</summary>
    private const int LongWait = 60 * Milliseconds;

    private readonly nint _context;
    private readonly SecretBuffer _packet;
    private readonly LibUsb.Transfer* _transfer;
    private readonly int* _completed;
    private bool _isSubmitted;

    internal UsbTransfer(UsbHandle device, int packetSize)
    {
        _context = device.Context;
        _packet = SecretBuffer.Allocate(packetSize);
        _completed = (int*)NativeMemory.AllocZeroed(sizeof(int));
        _transfer = LibUsb.libusb_alloc_transfer(0);
        if (_transfer == null)
        {
            NativeMemory.Free(_completed);
            _packet.Dispose();
            throw new InsufficientMemoryException("libusb gave no transfer");
        }

        _transfer->Device = device.Device;
        _transfer->Kind = LibUsb.InterruptTransfer;
        _transfer->Length = packetSize;
        _transfer->Buffer = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(_packet.Span));
        _transfer->Callback = &LibUsb.Completed;
        _transfer->Completed = _completed;
    }

    /// <summary>What is sent, or was received.</summary>
    internal Span<byte> Packet => _packet.Span;

    /// <summary>How the last one ended.</summary>
    internal LibUsb.TransferStatus Status => _transfer->Status;

    /// <summary>How many bytes the last one carried.</summary>
    internal int Count => _transfer->ActualLength;

    /// <summary>Hands the packet to the kernel.</summary>
    /// <exception cref="IOException">The library's reason.</exception>
    internal void Submit(byte endpoint)
    {
        *_completed = 0;
        _transfer->Endpoint = endpoint;
        int result = LibUsb.libusb_submit_transfer(_transfer);
        if (result < 0)
        {
            throw LibUsb.Exception(result);
        }

        _isSubmitted = true;
    }

    /// <summary>Waits until it is over, or until the kernel has given it back after a cancellation.</summary>
    /// <returns>True.</returns>
    /// <exception cref="IOException">The library's reason.</exception>
    internal bool Wait(CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration registration =
            cancellationToken.UnsafeRegister(static me => ((UsbTransfer)me!).Cancel(), this);
        while (!TryWait(LongWait))
        {
        }

        return true;
    }

    /// <summary>Waits for a time that is too short to need a token.</summary>
    /// <exception cref="IOException">The library's reason.</exception>
    internal bool TryWait(int milliseconds)
    {
        LibUsb.TimeValue limit = new() { Seconds = milliseconds / Milliseconds, Microseconds = milliseconds % Milliseconds * Milliseconds };
        int result = LibUsb.libusb_handle_events_timeout_completed(_context, &limit, _completed);
        if (result < 0 && result != LibUsb.ErrorInterrupted)
        {
            throw LibUsb.Exception(result);
        }

        _isSubmitted = Volatile.Read(ref *_completed) == 0;
        return !_isSubmitted;
    }

    /// <summary>Asks the kernel for it back; one that is over already stays as it is.</summary>
    internal void Cancel() => _ = LibUsb.libusb_cancel_transfer(_transfer);

    public void Dispose()
    {
        if (_isSubmitted)
        {
            try
            {
                Cancel();
                Wait(CancellationToken.None);
            }
            catch (IOException)
            {
                // The kernel may still write into this memory: it is left to it.
                return;
            }
        }

        LibUsb.libusb_free_transfer(_transfer);
        NativeMemory.Free(_completed);
        _packet.Dispose();
    }
}
