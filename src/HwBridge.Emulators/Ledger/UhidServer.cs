using HwBridge.Core.Faults;
using HwBridge.Protocols.Ledger;
using HwBridge.Transports.Hidraw;

namespace HwBridge.Emulators.Ledger;

/// <summary>The software Ledger as a HID device of this machine, for any program that looks for one: see <see cref="UhidDevice"/>.</summary>
/// <remarks>
/// Where the device leaves the bus (<see cref="SoftwareLedgerOptions.LeavesOnAppChange"/>), it comes back at the same place under another
/// product number, as a Ledger does when an app opens that has more interfaces.
/// </remarks>
public sealed class UhidServer : IAsyncDisposable
{
    /// <summary>The low byte of the product number with the dashboard open, and with an app.</summary>
    private const byte DashboardInterfaces = 0x11;
    private const byte AppInterfaces = 0x15;

    private static readonly TimeSpan NodeDeadline = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan NodePause = TimeSpan.FromMilliseconds(10);

    private readonly SoftwareLedger _ledger;
    private readonly string _phys;
    private readonly CancellationTokenSource _stop = new();

    private UhidServer(SoftwareLedger ledger, string phys, UhidDevice first)
    {
        _ledger = ledger;
        _phys = phys;
        Completion = ServeAsync(first);
    }

    /// <summary>Ends with <see cref="DisposeAsync"/>, or with what broke the device.</summary>
    public Task Completion { get; }

    /// <summary>Plugs it in.</summary>
    /// <param name="ledger">The device; stays the caller's to dispose.</param>
    /// <param name="port">Where it is plugged in: two devices have two places.</param>
    /// <exception cref="FaultException">This user may not, or the kernel has no uhid.</exception>
    public static UhidServer Start(SoftwareLedger ledger, string port = "usb-hwbridge-1")
    {
        string phys = $"{port}/input{LedgerUsb.Interface}";
        return new UhidServer(ledger, phys, Plug(ledger, phys));
    }

    /// <summary>Waits until its node is there.</summary>
    /// <exception cref="FaultException"><see cref="Fault.DeviceNotFound"/>: it did not come.</exception>
    public async ValueTask<HidrawNode> WaitForNodeAsync(CancellationToken cancellationToken)
    {
        string port = _phys[.._phys.LastIndexOf('/')];
        for (TimeSpan waited = TimeSpan.Zero; waited < NodeDeadline; waited += NodePause)
        {
            if (HidrawBus.OfSystem.List().FirstOrDefault(node => node.Port == port) is { } found && File.Exists(found.Path))
            {
                return found;
            }

            await Task.Delay(NodePause, cancellationToken).ConfigureAwait(false);
        }

        throw new FaultException(
            Fault.DeviceNotFound,
            "the kernel took the device but made no node of it",
            "Load the kernel's module for HID devices: sudo modprobe hid-generic");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
        {
            return;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        await Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private static UhidDevice Plug(SoftwareLedger ledger, string phys)
    {
        LedgerModel model = ledger.Options.Model;
        byte interfaces = ledger.State is SoftwareLedgerState.Ready or SoftwareLedgerState.OpenPgp ? AppInterfaces : DashboardInterfaces;
        ushort product = LedgerUsb.ProductId(model, interfaces);
        return UhidDevice.Plug($"Ledger {model.DisplayName()}", phys, LedgerUsb.VendorId, product, UhidDevice.ApduDescriptor);
    }

    private async Task ServeAsync(UhidDevice device)
    {
        // Each time around, the device has left the bus.
        while (true)
        {
            await using (device.ConfigureAwait(false))
            {
                using LedgerHidDeviceFraming framing = new();
                await _ledger.ServeAsync(device, framing, _stop.Token).ConfigureAwait(false);
            }

            if (_stop.IsCancellationRequested)
            {
                return;
            }

            device = Plug(_ledger, _phys);
        }
    }
}
