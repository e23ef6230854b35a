namespace HwBridge.Protocols.Framing;

/// <summary>
/// How whole messages travel over a transport: cuts an outgoing message into what the transport sends, and joins what it
/// receives into one message. A state machine without I/O; one exchange at a time; not thread-safe.
/// </summary>
/// <remarks>
/// Buffers are guarded memory of a bounded size, since messages may hold secrets. Each call of <see cref="BeginReceive"/>
/// and Dispose wipes what was received before.
/// </remarks>
public interface IFraming : IDisposable
{
    /// <summary>Starts sending <paramref name="message"/>.</summary>
    /// <exception cref="ArgumentException">The message is longer than the framing can carry.</exception>
    void BeginSend(ReadOnlySpan<byte> message);

    /// <summary>
    /// The next piece to hand to the transport in one call (a packet, or all of a stream's bytes); false when all is sent.
    /// </summary>
    /// <param name="piece">Valid until the next call.</param>
    bool TryGetPiece(out ReadOnlyMemory<byte> piece);

    /// <summary>Forgets and wipes what was received; the next byte starts a new message.</summary>
    void BeginReceive();

    /// <summary>Where the transport puts received bytes (a packet, or as much of a stream as it has).</summary>
    Memory<byte> ReceiveBuffer { get; }

    /// <summary>Takes the first <paramref name="count"/> bytes of <see cref="ReceiveBuffer"/>.</summary>
    /// <returns>True when <see cref="Message"/> is whole.</returns>
    /// <exception cref="Core.Faults.FaultException">The peer broke the framing (<see cref="Core.Faults.Fault.Protocol"/>).</exception>
    bool Receive(int count);

    /// <summary>The whole message; valid until <see cref="BeginReceive"/>.</summary>
    ReadOnlySpan<byte> Message { get; }
}
