using System.Diagnostics;
using HwBridge.Protocols.Framing;
using HwBridge.Protocols.Ledger;
using HwBridge.Transports;

namespace HwBridge.Emulators.Ledger;

/// <summary>The software Ledger's side of one connection: APDUs come in, at most one computation or review is under way.</summary>
internal sealed class HostConversation(SoftwareLedger ledger, ITransport transport, IFraming framing)
{
    private Task<AppStep>? _computing;
    private Task<AppStep>? _review;
    private AppStep _reviewed;
    private bool _left;

    /// <summary>Runs until the device leaves the bus, or until the host goes away, which is a fault of the transport's.</summary>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task receiving = ReceiveAsync(leaving.Token);
        try
        {
            while (!_left)
            {
                Task? other = (Task?)_computing ?? _review;
                if (other is null || await Task.WhenAny(receiving, other).ConfigureAwait(false) == receiving)
                {
                    await receiving.ConfigureAwait(false);
                    await TakeAsync(cancellationToken).ConfigureAwait(false);
                    receiving = ReceiveAsync(leaving.Token);
                }
                else
                {
                    await FinishAsync(cancellationToken).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            // A receive writes into the framing's memory, and the computation reads the seed: both must outlive them.
            await leaving.CancelAsync().ConfigureAwait(false);
            await receiving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await (_computing ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Forget();
        }
    }

    private void Forget()
    {
        Array.Clear(_reviewed.Data ?? []);
        _reviewed = default;
    }

    private async Task ReceiveAsync(CancellationToken cancellationToken)
    {
        framing.BeginReceive();
        bool whole = framing.Receive(0);
        while (!whole)
        {
            int count = await transport.ReceiveAsync(framing.ReceiveBuffer, cancellationToken).ConfigureAwait(false);
            whole = framing.Receive(count);
            if (framing is LedgerHidDeviceFraming { Reply.IsEmpty: false } hid)
            {
                await transport.SendAsync(hid.Reply, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask TakeAsync(CancellationToken cancellationToken)
    {
        if (framing.Message.IsEmpty)
        {
            return;
        }

        if (_computing is not null)
        {
            await SendAsync(new byte[] { StatusWords.Busy >> 8, StatusWords.Busy & 0xff }, cancellationToken).ConfigureAwait(false);
            return;
        }

        // Whatever is answered now takes the place of the review's own answer, which is lost, though the screen stays.
        // Its data may be an agreed secret, and nobody else wipes it.
        _review = null;
        Forget();
        long received = Stopwatch.GetTimestamp();
        if (ledger.IsSlow(framing.Message))
        {
            byte[] apdu = framing.Message.ToArray();
            _computing = Task.Run(
                async () =>
                {
                    AppStep step = ledger.Handle(apdu);
                    await PaceAsync(apdu[1], received, cancellationToken).ConfigureAwait(false);
                    return step;
                },
                CancellationToken.None);
            return;
        }

        byte instruction = framing.Message.Length > 1 ? framing.Message[1] : (byte)0;
        AppStep done = ledger.Handle(framing.Message);
        await PaceAsync(instruction, received, cancellationToken).ConfigureAwait(false);
        await AnswerOrReviewAsync(done, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        if (_computing is { } computed)
        {
            _computing = null;
            await AnswerOrReviewAsync(await computed.ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        }
        else if (_review is { } answered)
        {
            _review = null;
            await AnswerAsync(await answered.ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask AnswerOrReviewAsync(AppStep step, CancellationToken cancellationToken)
    {
        if (step.Review is not null)
        {
            _reviewed = step;
            _review = ledger.ReviewAsync(step);
            return;
        }

        await AnswerAsync(step, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask AnswerAsync(AppStep step, CancellationToken cancellationToken)
    {
        if (step.Fate is AppFate.Answers or AppFate.Leaves)
        {
            await SendAsync(ledger.Answer(step), cancellationToken).ConfigureAwait(false);
        }

        _left = step.Fate is AppFate.Leaves or AppFate.Crashes;
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> answer, CancellationToken cancellationToken)
    {
        framing.BeginSend(answer.Span);
        while (framing.TryGetPiece(out ReadOnlyMemory<byte> piece))
        {
            await transport.SendAsync(piece, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Median times of the app 1.22.0, counted from the APDU's arrival.</summary>
    private async ValueTask PaceAsync(byte instruction, long received, CancellationToken cancellationToken)
    {
        if (!ledger.Options.RealPace)
        {
            return;
        }

        TimeSpan due = instruction switch
        {
            EthereumApp.GetEth2PublicKey => TimeSpan.FromMilliseconds(200.5),
            EthereumApp.GetPublicKey => TimeSpan.FromMilliseconds(13.6),
            EthereumApp.PerformPrivacyOperation => TimeSpan.FromMilliseconds(20),
            _ => TimeSpan.FromMilliseconds(0.4),
        };
        TimeSpan left = due - Stopwatch.GetElapsedTime(received);
        if (left > TimeSpan.Zero)
        {
            await Task.Delay(left, cancellationToken).ConfigureAwait(false);
        }
    }
}
