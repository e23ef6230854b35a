using System.Diagnostics;
using HwBridge.Core.Faults;
using HwBridge.Protocols.Framing;
using HwBridge.Transports;

namespace HwBridge.Devices;

/// <summary>
/// The one pump: sends a message through a framing over a transport and receives the answer, with a token and a deadline.
/// </summary>
/// <remarks>
/// Deadlines: <see cref="PacketDeadline"/> for each piece sent, for the whole of an answer once it has begun, and for an
/// answer that nobody has to confirm; the caller's own, longer one while a person looks at the device:
/// <code>
///   | send | send | ...... answer deadline (packet or person) ...... | first piece ... last piece |
///    each ≤ PacketDeadline                                             all ≤ PacketDeadline
/// </code>
/// After a fault the link is <see cref="IsBroken"/>: half an exchange can't be mended by another one.
/// </remarks>
internal sealed class DeviceLink(ITransport transport, IFraming framing) : IAsyncDisposable
{
    /// <summary>How long a device may take for something that no person has to confirm.</summary>
    internal static readonly TimeSpan PacketDeadline = TimeSpan.FromSeconds(5);

    private CancellationTokenSource _deadline = new();

    /// <summary>True after an exchange was cut off in the middle.</summary>
    internal bool IsBroken { get; private set; }

    internal string Uri => transport.Uri;

    /// <summary>Sends one whole message.</summary>
    internal async ValueTask SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        framing.BeginSend(message.Span);
        while (framing.TryGetPiece(out ReadOnlyMemory<byte> piece))
        {
            CancellationToken token = Start(PacketDeadline, cancellationToken, out CancellationTokenRegistration registration);
            using (registration)
            {
                try
                {
                    await transport.SendAsync(piece, token).ConfigureAwait(false);
                }
                catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
                {
                    IsBroken = true;
                    throw Late(PacketDeadline);
                }
                catch
                {
                    IsBroken = true;
                    throw;
                }
            }
        }
    }

    /// <summary>Receives one whole message; <see cref="Message"/> holds it until the next receive.</summary>
    /// <param name="answerDeadline">How long the first piece may take.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    internal async ValueTask ReceiveAsync(TimeSpan answerDeadline, CancellationToken cancellationToken)
    {
        framing.BeginReceive();
        TimeSpan allowed = answerDeadline;
        long? begun = null;
        bool whole = false;
        while (!whole)
        {
            CancellationToken token = Start(allowed, cancellationToken, out CancellationTokenRegistration registration);
            using (registration)
            {
                try
                {
                    int count = await transport.ReceiveAsync(framing.ReceiveBuffer, token).ConfigureAwait(false);
                    whole = framing.Receive(count);
                }
                catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
                {
                    IsBroken = true;
                    throw Late(allowed);
                }
                catch
                {
                    IsBroken = true;
                    throw;
                }
            }

            // A peer that trickles bytes gets one deadline for all of them, not a new one for each.
            begun ??= Stopwatch.GetTimestamp();
            TimeSpan left = PacketDeadline - Stopwatch.GetElapsedTime(begun.Value);
            allowed = left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>The message received last; guarded memory, wiped by the next receive.</summary>
    internal ReadOnlySpan<byte> Message => framing.Message;

    /// <summary>Wipes the message received last.</summary>
    internal void Forget() => framing.BeginReceive();

    /// <summary>Throws away what has already arrived.</summary>
    internal void Drain() => transport.Drain();

    public async ValueTask DisposeAsync()
    {
        framing.Dispose();
        _deadline.Dispose();
        await transport.DisposeAsync().ConfigureAwait(false);
    }

    private CancellationToken Start(TimeSpan allowed, CancellationToken cancellationToken, out CancellationTokenRegistration registration)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!_deadline.TryReset())
        {
            _deadline.Dispose();
            _deadline = new CancellationTokenSource();
        }

        _deadline.CancelAfter(allowed);
        registration = cancellationToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _deadline);
        return _deadline.Token;
    }

    private FaultException Late(TimeSpan allowed) => new(
        Fault.Protocol,
        $"{Uri} gave no answer within {allowed.TotalSeconds:0.#} s",
        "Check that the device is awake and that no other program talks to it, then try again.");
}
