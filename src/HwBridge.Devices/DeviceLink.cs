using System.Runtime.CompilerServices;
using HwBridge.Core.Faults;
using HwBridge.Protocols.Framing;
using HwBridge.Transports;

namespace HwBridge.Devices;

/// <summary>
/// The one pump: sends a message through a framing over a transport and receives the answer, with a token and a deadline.
/// </summary>
/// <remarks>
/// Deadlines: the packet deadline for a whole message sent, for the rest of an answer once it has begun, and for an
/// answer that nobody has to confirm; the caller's own, longer one while a person looks at the device:
/// <code>
///   | all pieces sent | ...... answer deadline (packet or person) ...... | first piece ... last piece |
///     packet deadline                                                      packet deadline
/// </code>
/// So a peer that trickles gets one deadline for all of an answer, not a new one for each byte. After a fault or a
/// cancellation the link is <see cref="IsBroken"/>: half an exchange can't be mended by another one.
/// </remarks>
internal sealed class DeviceLink(ITransport transport, IFraming framing, TimeSpan? packetDeadline = null) : IAsyncDisposable
{
    /// <summary>How long a device may take for something that no person has to confirm.</summary>
    internal static readonly TimeSpan PacketDeadline = TimeSpan.FromSeconds(5);

    /// <summary>How long a person may take for one answer on the device, unless told otherwise.</summary>
    internal static readonly TimeSpan PersonDeadline = TimeSpan.FromMinutes(10);

    private readonly TimeSpan _packetDeadline = packetDeadline ?? PacketDeadline;

    // One source for all waits, made anew only after it was cancelled.
    private CancellationTokenSource _limit = new();

    /// <summary>True after an exchange was cut off in the middle.</summary>
    internal bool IsBroken { get; private set; }

    /// <summary>True after an answer did not even begin within its deadline: a question may still be on the device's screen.</summary>
    internal bool IsUnanswered { get; private set; }

    internal string Uri => transport.Uri;

    /// <summary>The message received last; guarded memory, wiped by the next receive.</summary>
    internal ReadOnlySpan<byte> Message => framing.Message;

    /// <summary>Sends one whole message.</summary>
    /// <exception cref="FaultException">The device went away, or did not take the message in time.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    internal async ValueTask SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        framing.BeginSend(message.Span);
        using CancellationTokenRegistration limited = Limit(_packetDeadline, cancellationToken);
        try
        {
            while (framing.TryGetPiece(out ReadOnlyMemory<byte> piece))
            {
                _limit.Token.ThrowIfCancellationRequested();
                await transport.SendAsync(piece, _limit.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            IsBroken = true;
            cancellationToken.ThrowIfCancellationRequested();
            throw Late("did not take a message", _packetDeadline);
        }
        catch
        {
            IsBroken = true;
            throw;
        }
    }

    /// <summary>Receives one whole message; <see cref="Message"/> holds it until the next receive.</summary>
    /// <param name="answerDeadline">How long the first piece may take.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <exception cref="FaultException">The device went away, broke the framing, or was late.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    internal async ValueTask ReceiveAsync(TimeSpan answerDeadline, CancellationToken cancellationToken)
    {
        framing.BeginReceive();
        IsUnanswered = false;
        bool begun = false;
        try
        {
            // In here, since a message may have been sent already: not to wait for its answer cuts the exchange off.
            using CancellationTokenRegistration limited = Limit(answerDeadline, cancellationToken);
            while (true)
            {
                // Asked here as well: a peer that floods may let the transport answer without ever waiting.
                _limit.Token.ThrowIfCancellationRequested();
                int count = await transport.ReceiveAsync(framing.ReceiveBuffer, _limit.Token).ConfigureAwait(false);
                if (framing.Receive(count))
                {
                    return;
                }

                if (!begun)
                {
                    begun = true;
                    _limit.CancelAfter(_packetDeadline);
                }
            }
        }
        catch (OperationCanceledException)
        {
            Break();
            cancellationToken.ThrowIfCancellationRequested();
            IsUnanswered = !begun;
            throw begun ? Late("began an answer and did not end it", _packetDeadline) : Late("gave no answer", answerDeadline);
        }
        catch
        {
            Break();
            throw;
        }
    }

    /// <summary>Wipes the message received last.</summary>
    internal void Forget() => framing.BeginReceive();

    /// <summary>Throws away what has already arrived.</summary>
    internal void Drain() => transport.Drain();

    public async ValueTask DisposeAsync()
    {
        // The transport first: nothing may still be written into the framing's memory when it is freed.
        await transport.DisposeAsync().ConfigureAwait(false);
        framing.Dispose();
        _limit.Dispose();
    }

    private void Break()
    {
        IsBroken = true;
        framing.BeginReceive();
    }

    private CancellationTokenRegistration Limit(TimeSpan allowed, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!_limit.TryReset())
        {
            _limit.Dispose();
            _limit = new CancellationTokenSource();
        }

        _limit.CancelAfter(allowed);
        return cancellationToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _limit);
    }

    private FaultException Late(string what, TimeSpan allowed) => new(
        Fault.Protocol,
        $"{Uri} {what} within {allowed.TotalSeconds:0.###} s",
        "Check that the device is awake and that no other program talks to it, then try again.");
}
