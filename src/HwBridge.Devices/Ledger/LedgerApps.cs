using System.Diagnostics;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Protocols.Ledger;
using HwBridge.Protocols.Ledger.OpenPgp;

namespace HwBridge.Devices.Ledger;

/// <summary>Knows which app is open, and goes from one to the other where that disturbs nobody.</summary>
internal sealed class LedgerApps(LedgerSession session)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private int _switches;

    /// <summary>How often this program has had an app opened: what an app keeps until it is left is gone when this has changed.</summary>
    internal int Switches => _switches + session.Reconnections;

    /// <summary>Returns when the app is open.</summary>
    /// <exception cref="FaultException">The device is locked, the person refused, or an app is open that is not ours to leave.</exception>
    internal async ValueTask RequireAsync(string wanted, CancellationToken cancellationToken)
    {
        if (session.OpenApp == wanted)
        {
            return;
        }

        AppInfo app = await session.ExchangeAsync(default(GetAppNameAndVersionCommand), null, cancellationToken).ConfigureAwait(false);
        if (app.Name != wanted)
        {
            FaultException another = StatusWords.AnotherApp(app, wanted).Within(session.Uri);
            if (MayLeave(app.Name, wanted))
            {
                await SwitchAsync(app.Name, wanted, cancellationToken).ConfigureAwait(false);
            }
            else if (session.Patience > TimeSpan.Zero)
            {
                session.Tell($"{app.Name} is open; waiting {session.Patience.TotalSeconds:0} s for you to open {wanted} on the Ledger");
                await WaitForAsync(wanted, session.Patience, another, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                throw another;
            }
        }

        session.OpenApp = wanted;
    }

    /// <summary>Unless told so, one of our two apps for the other; the dashboard only for storing, which nobody expects to find open.</summary>
    private bool MayLeave(string open, string wanted) => session.OpensApps || (open, wanted) is
        (OpenPgpApp.Name, EthereumApp.Name) or (EthereumApp.Name or LedgerSystem.DashboardName, OpenPgpApp.Name);

    private async ValueTask SwitchAsync(string open, string wanted, CancellationToken cancellationToken)
    {
        session.OpenApp = null;
        _switches++;
        if (open != LedgerSystem.DashboardName)
        {
            await session.ExchangeAsync(default(QuitAppCommand), null, cancellationToken).ConfigureAwait(false);
            await WaitForAsync(LedgerSystem.DashboardName, cancellationToken).ConfigureAwait(false);
        }

        string tell = $"It asks whether to open the app {wanted}: agree.";
        await session.ExchangeAsync(new OpenAppCommand(wanted), tell, cancellationToken).ConfigureAwait(false);
        await WaitForAsync(wanted, cancellationToken).ConfigureAwait(false);
    }

    private ValueTask WaitForAsync(string wanted, CancellationToken cancellationToken) => WaitForAsync(
        wanted,
        Patience,
        new FaultException(
            Fault.DeviceNotFound,
            $"{session.Uri}: the Ledger did not come back with {wanted} after changing its app",
            $"Look at the Ledger, open {wanted} there, then run the command again."),
        cancellationToken);

    /// <summary>An app takes a moment to open, and over USB the device is another one then.</summary>
    private async ValueTask WaitForAsync(string wanted, TimeSpan patience, FaultException late, CancellationToken cancellationToken)
    {
        long begun = Stopwatch.GetTimestamp();
        bool isGone = false;
        while (true)
        {
            TimeSpan left = patience - Stopwatch.GetElapsedTime(begun);
            try
            {
                if (isGone && left > TimeSpan.Zero)
                {
                    await session.ReconnectAsync(left, cancellationToken).ConfigureAwait(false);
                    isGone = false;
                }

                AppInfo app = await session.ExchangeAsync(
                    default(GetAppNameAndVersionCommand), null, cancellationToken).ConfigureAwait(false);
                if (app.Name == wanted)
                {
                    return;
                }
            }
            catch (FaultException fault) when (
                fault.Fault is Fault.DeviceNotFound or Fault.DeviceBusy or Fault.DevicePermission)
            {
                // It leaves a moment after it has answered, and what looks for devices may hold the new one for a moment.
                isGone = true;
            }

            // Where nobody told how to connect again, it won't come back however long one waits.
            if (left <= TimeSpan.Zero || (isGone && !session.CanReconnect))
            {
                throw late;
            }

            await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
        }
    }
}
