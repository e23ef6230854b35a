using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;
using HwBridge.Emulators.Screens;
using HwBridge.Protocols.Framing;
using HwBridge.Protocols.Ledger;
using HwBridge.Transports;
using HwBridge.Transports.InProcess;

namespace HwBridge.Emulators.Ledger;

/// <summary>
/// A Ledger in software, with the Ethereum app 1.22.0 and the OpenPGP app 2.7.1 on it: the same bytes as the real apps for every command
/// that it knows.
/// </summary>
/// <remarks>
/// It is not a wallet: it keeps no PIN and its seed should be a published one. One host at a time talks to it. As on the device,
/// an APDU that arrives during a review is answered and the review's own answer is then lost, and while a validator key is
/// being computed another APDU is refused with 6901. What the OpenPGP app stores lasts as long as this object.
/// </remarks>
public sealed class SoftwareLedger : IAsyncDisposable
{
    private readonly LedgerKeys _keys;
    private readonly OpenPgpAppDevice _openPgp;
    private readonly SystemDevice _system;
    private readonly IDeviceScreen _screen;
    private readonly CancellationTokenSource _off = new();
    private readonly SecretBuffer _apduBuffer = SecretBuffer.Allocate(ApduLimits.MaxMessage);
    private readonly SemaphoreSlim _host = new(1, 1);
    private readonly List<Task> _served = [];
    private CancellationTokenSource? _reviewOnScreen;
    private int _lastAnswerLength;

    /// <summary>Switches it on.</summary>
    /// <param name="seed">The 64 bytes that BIP-39 gives (<see cref="Seeds.Bip39Mnemonic.DeriveSeed(string)"/>); copied.</param>
    /// <param name="screen">Who approves.</param>
    /// <param name="options">Model and pace.</param>
    public SoftwareLedger(ReadOnlySpan<byte> seed, IDeviceScreen screen, SoftwareLedgerOptions? options = null)
    {
        Options = options ?? new SoftwareLedgerOptions();
        _keys = new LedgerKeys(seed);
        _openPgp = new OpenPgpAppDevice(new OpenPgpFlash(), Options);
        _system = new SystemDevice(new EthereumAppDevice(_keys, Options.Model, EthereumSettings), _openPgp, Options);
        _screen = screen;
    }

    /// <summary>What kind of Ledger this is.</summary>
    public SoftwareLedgerOptions Options { get; }

    /// <summary>
    /// Locked, on the dashboard, or which app is open; may be changed at any time, as a person would. An app that is opened begins anew.
    /// </summary>
    public SoftwareLedgerState State
    {
        get => _system.State;
        set => _system.State = value;
    }

    /// <summary>The settings of the Ethereum app.</summary>
    public EthereumAppSettings EthereumSettings { get; } = new();

    /// <summary>What the OpenPGP app keeps.</summary>
    internal OpenPgpFlash OpenPgpFlash => _openPgp.Flash;

    /// <summary>Plugs it into a host in this process.</summary>
    /// <returns>The host's end, and the framing to use over it; the caller disposes both.</returns>
    public (ITransport Transport, IFraming Framing) Connect()
    {
        (ITransport host, ITransport device) = InProcessTransport.CreatePair(Options.Uri);
        Task served = Task.Run(async () =>
        {
            await using (device.ConfigureAwait(false))
            {
                using ApduSocketDeviceFraming framing = new();
                await ServeAsync(device, framing, CancellationToken.None).ConfigureAwait(false);
            }
        });
        lock (_served)
        {
            _served.RemoveAll(task => task.IsCompletedSuccessfully);
            _served.Add(served);
        }

        return (host, new ApduSocketFraming());
    }

    /// <summary>Serves one host until it goes away, this device is switched off, or <paramref name="cancellationToken"/> says so.</summary>
    /// <param name="transport">The device's end, on which one send may run beside one receive.</param>
    /// <param name="framing">The device's side of a framing.</param>
    /// <param name="cancellationToken">Unplugs the host.</param>
    /// <exception cref="FaultException">The host broke the framing (<see cref="Fault.Protocol"/>).</exception>
    public async Task ServeAsync(ITransport transport, IFraming framing, CancellationToken cancellationToken)
    {
        using CancellationTokenSource unplugged = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _off.Token);
        try
        {
            await _host.WaitAsync(unplugged.Token).ConfigureAwait(false);
            try
            {
                await new HostConversation(this, transport, framing).RunAsync(unplugged.Token).ConfigureAwait(false);
            }
            finally
            {
                _host.Release();
            }
        }
        catch (OperationCanceledException) when (unplugged.IsCancellationRequested)
        {
            // Unplugging is how a conversation ends,
        }
        catch (FaultException gone) when (gone.Fault == Fault.DeviceNotFound)
        {
            // or the host closes it.
        }
    }

    /// <summary>Switches it off: whatever is on the screen is gone, hosts are unplugged, the seed is wiped.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_off.IsCancellationRequested)
        {
            return;
        }

        await _off.CancelAsync().ConfigureAwait(false);
        Task[] served;
        lock (_served)
        {
            served = [.. _served];
        }

        // A host that broke the framing has been told by its closed connection; here it must not keep the seed alive.
        await Task.WhenAll(served).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _host.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        _reviewOnScreen?.Dispose();
        _apduBuffer.Dispose();
        _keys.Dispose();
        _host.Dispose();
        _off.Dispose();
    }

    /// <summary>True for a command whose computation takes long enough for another APDU to arrive meanwhile.</summary>
    internal bool IsSlow(ReadOnlySpan<byte> apdu) => _system.IsSlow(apdu);

    /// <summary>Puts a received APDU into the one buffer and has the system, or the app, handle it.</summary>
    internal AppStep Handle(ReadOnlySpan<byte> apdu)
    {
        if (apdu.Length <= _apduBuffer.Length)
        {
            apdu.CopyTo(_apduBuffer.Span);
        }

        return _system.Handle(apdu);
    }

    /// <summary>Puts an answer into the buffer; what the buffer then holds is what leaves.</summary>
    internal ReadOnlyMemory<byte> Answer(AppStep step)
    {
        Span<byte> buffer = _apduBuffer.Span;
        int length;
        if (step.Keeps)
        {
            // A malformed length does not reset the buffer: as many stale bytes as the last answer had come first.
            length = Math.Min(_lastAnswerLength, buffer.Length - ApduLimits.StatusSize);
        }
        else
        {
            step.Data.CopyTo(buffer);
            length = step.Data.Length;
        }

        Array.Clear(step.Data);
        buffer[length] = (byte)(step.Status >> 8);
        buffer[length + 1] = (byte)step.Status;
        _lastAnswerLength = length + ApduLimits.StatusSize;
        return _apduBuffer.Memory[.._lastAnswerLength];
    }

    /// <summary>Puts a review on the screen in the place of any other, and what follows from the answer to it. It stays there when the
    /// host goes away.</summary>
    /// <returns>The step after the last answer.</returns>
    internal async Task<AppStep> ReviewAsync(AppStep step)
    {
        CancellationTokenSource onScreen = CancellationTokenSource.CreateLinkedTokenSource(_off.Token);
        CancellationTokenSource? replaced = Interlocked.Exchange(ref _reviewOnScreen, onScreen);
        if (replaced is not null)
        {
            await replaced.CancelAsync().ConfigureAwait(false);
            replaced.Dispose();
        }

        while (step.Review is { } review)
        {
            step = step.Typed is { } typed
                ? typed(await _screen.EnterAsync(review, onScreen.Token).ConfigureAwait(false))
                : step.After(await _screen.ReviewAsync(review, onScreen.Token).ConfigureAwait(false));
        }

        return step;
    }
}
