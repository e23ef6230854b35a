namespace HwBridge.Transports;

/// <summary>Moves packets or stream bytes to and from one device and knows nothing of their meaning.</summary>
/// <remarks>
/// Not thread-safe: one send or receive at a time. A cancelled receive loses nothing of a stream, and at most the packet
/// that was being received of a packet transport. A transport never waits longer than its token allows.
/// </remarks>
public interface ITransport : IAsyncDisposable
{
    /// <summary>The URI that names the device in messages to the person.</summary>
    string Uri { get; }

    /// <summary>Sends one packet, or all bytes of a stream.</summary>
    /// <exception cref="Core.Faults.FaultException">The device went away (<see cref="Core.Faults.Fault.DeviceNotFound"/>).</exception>
    ValueTask SendAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellationToken);

    /// <summary>Receives one packet, or what a stream has (at least one byte).</summary>
    /// <returns>The number of bytes put into <paramref name="buffer"/>; never 0.</returns>
    /// <exception cref="Core.Faults.FaultException">The device went away (<see cref="Core.Faults.Fault.DeviceNotFound"/>).</exception>
    ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>Throws away whatever has already arrived, without waiting.</summary>
    void Drain();
}
