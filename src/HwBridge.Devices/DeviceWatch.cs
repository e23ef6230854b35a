using HwBridge.Core.Faults;
using HwBridge.Transports;

namespace HwBridge.Devices;

/// <summary>Looks for a device, and looks again whenever something is plugged in or pulled out; between, it uses no processor.</summary>
/// <param name="listen">Begins to listen for that.</param>
internal sealed class DeviceWatch(Func<IBusEvents> listen)
{
    /// <summary>Looks until the device is there.</summary>
    /// <param name="look">Gives the device, or says what is missing.</param>
    /// <param name="patience">How long to wait; zero looks once.</param>
    /// <param name="waiting">Tells the person, once, what is waited for.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <exception cref="FaultException">What was still missing when the time was over.</exception>
    internal async ValueTask<T> FindAsync<T>(
        Func<T> look, TimeSpan patience, Action<FaultException> waiting, CancellationToken cancellationToken)
    {
        if (patience == TimeSpan.Zero)
        {
            return look();
        }

        // Before the first look: what comes between that and the wait would be missed.
        using IBusEvents events = listen();
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(patience);
        bool isTold = false;
        while (true)
        {
            try
            {
                return look();
            }
            catch (FaultException missing) when (missing.Fault is Fault.DeviceNotFound or Fault.DevicePermission)
            {
                // A new node may be opened only after the system's rules came to it, which is another event.
                if (!isTold)
                {
                    waiting(missing);
                    isTold = true;
                }

                try
                {
                    await events.WaitAsync(limit.Token).ConfigureAwait(false);
                }
                catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
                {
                    throw missing;
                }
            }
        }
    }
}
