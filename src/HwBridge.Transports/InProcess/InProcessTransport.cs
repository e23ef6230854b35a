namespace HwBridge.Transports.InProcess;

/// <summary>
/// Joins a host and a software device within one process. Each send is one receive on the other side; a receiver with a
/// smaller buffer gets the rest next, which suits streams.
/// </summary>
/// <remarks>Bytes under way lie in guarded memory and are wiped when delivered. A sender waits while the lane is full.</remarks>
public sealed class InProcessTransport : ITransport
{
    /// <summary>How many bytes may be under way in one direction, and so the longest packet.</summary>
    public const int Capacity = 16 * 1024;

    private readonly InProcessLane _incoming;
    private readonly InProcessLane _outgoing;

    private InProcessTransport(string uri, InProcessLane incoming, InProcessLane outgoing)
    {
        Uri = uri;
        _incoming = incoming;
        _outgoing = outgoing;
    }

    /// <inheritdoc/>
    public string Uri { get; }

    /// <summary>Two ends of one connection. Closing either makes the other's sends and, after the last packet, receives fail.</summary>
    /// <param name="uri">The name of the device in messages to the person.</param>
    public static (ITransport Host, ITransport Device) CreatePair(string uri)
    {
        var toDevice = new InProcessLane(uri, Capacity);
        var toHost = new InProcessLane(uri, Capacity);
        return (new InProcessTransport(uri, toHost, toDevice), new InProcessTransport(uri, toDevice, toHost));
    }

    /// <inheritdoc/>
    public ValueTask SendAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellationToken) =>
        _outgoing.WriteAsync(piece, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        _incoming.ReadAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public void Drain() => _incoming.Drain();

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _incoming.CloseReader();
        _outgoing.CloseWriter();
        return ValueTask.CompletedTask;
    }
}
