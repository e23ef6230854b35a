using HwBridge.Core.Faults;
using HwBridge.Emulators.Screens;
using HwBridge.Transports;
using HwBridge.Transports.InProcess;

namespace HwBridge.Emulators.Trezor;

/// <summary>
/// A Trezor in software: the device's side of codec v1 and of the commands that HwBridge uses, for any seed, message for message as the
/// firmware answers. Not a wallet: it keeps its seed in this process.
/// </summary>
/// <remarks>
/// Initialize, GetFeatures, Ping, Cancel, EndSession, LockDevice, LoadDevice, GetPublicKey, CipherKeyValue, GetECDHSessionKey,
/// SignIdentity, EthereumGetAddress, EthereumGetPublicKey, RecoveryDevice as a dry run; on legacy also ApplySettings and ChangePin.
/// Everything else is refused as an unknown message. Sessions, PIN and lock outlive a link, as they outlive a host; a second link waits for the end of the first.
/// </remarks>
public sealed class SoftwareTrezor : IDisposable, IAsyncDisposable
{
    /// <summary>A THP-only device's answer to each message of protocol v1: Failure 17 in 2 bytes, announced as 20.</summary>
    private static readonly byte[] InvalidProtocol =
        Convert.FromHexString("3f23230003000000140811".PadRight(2 * TrezorLink.PacketSize, '0'));

    private readonly SemaphoreSlim _link = new(1, 1);
    private readonly TrezorFirmware? _firmware;
    private readonly CancellationTokenSource _off = new();
    private Task _plugged = Task.CompletedTask;

    /// <summary>Switches a device on.</summary>
    /// <param name="options">What it is and holds.</param>
    /// <param name="screen">Where it asks its owner.</param>
    /// <param name="clock">The clock by which a wrong PIN costs time; the system's when null.</param>
    public SoftwareTrezor(SoftwareTrezorOptions options, IDeviceScreen screen, TimeProvider? clock = null)
        : this(options, screen, clock ?? TimeProvider.System, new SystemRandomness())
    {
    }

    internal SoftwareTrezor(SoftwareTrezorOptions options, IDeviceScreen screen, TimeProvider clock, ITrezorRandomness randomness)
    {
        _firmware = options.Flavour switch
        {
            TrezorFlavour.Legacy => new LegacyFirmware(options, screen, clock, randomness),
            TrezorFlavour.Core => new CoreFirmware(options, screen, clock, randomness),
            _ => null,
        };
    }

    /// <summary>Answers whoever is at the other end of <paramref name="transport"/> until that end goes away.</summary>
    /// <param name="transport">Packets of 64 bytes; stays the caller's to dispose.</param>
    /// <param name="cancellationToken">Switches the device off.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async Task RunAsync(ITransport transport, CancellationToken cancellationToken)
    {
        await _link.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await (_firmware?.RunAsync(transport, cancellationToken) ?? RefuseAllAsync(transport, cancellationToken)).ConfigureAwait(false);
        }
        catch (FaultException gone) when (gone.Fault == Fault.DeviceNotFound)
        {
            // To the device the host's end of the link is "the device": gone means that the host closed it.
        }
        finally
        {
            _link.Release();
        }
    }

    /// <summary>Plugs it into a host in this process; it waits until the host before is unplugged.</summary>
    /// <returns>The host's end, which the caller disposes.</returns>
    public ITransport Connect()
    {
        (ITransport host, ITransport device) = InProcessTransport.CreatePair("emulator:trezor");
        _plugged = Task.WhenAll(_plugged, ServeAsync(device));
        return host;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _firmware?.Dispose();
        _link.Dispose();
        _off.Dispose();
    }

    /// <summary>Switches it off: whatever is on the screen is gone, hosts are unplugged, the seed is wiped.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_off.IsCancellationRequested)
        {
            return;
        }

        await _off.CancelAsync().ConfigureAwait(false);
        await _plugged.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Dispose();
    }

    private async Task ServeAsync(ITransport device)
    {
        await using (device.ConfigureAwait(false))
        {
            await Task.Run(() => RunAsync(device, _off.Token), CancellationToken.None).ConfigureAwait(false);
        }
    }

    private static async Task RefuseAllAsync(ITransport transport, CancellationToken cancellationToken)
    {
        byte[] packet = new byte[TrezorLink.PacketSize];
        while (true)
        {
            await transport.ReceiveAsync(packet, cancellationToken).ConfigureAwait(false);

            // Other control bytes are THP's own, and continuation packets belong to a message that was refused at its first.
            if (packet.AsSpan().StartsWith("?##"u8))
            {
                await transport.SendAsync(InvalidProtocol, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
