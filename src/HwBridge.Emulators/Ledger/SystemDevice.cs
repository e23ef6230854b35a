using System.Globalization;
using System.Text;
using HwBridge.Emulators.Screens;
using HwBridge.Protocols.Ledger;

namespace HwBridge.Emulators.Ledger;

/// <summary>
/// The device's operating system, as far as a host meets it: the lock, the dashboard, which app is open. Its own class of commands
/// is answered before an app sees them.
/// </summary>
internal sealed class SystemDevice(IAppDevice ethereum, IAppDevice openPgp, SoftwareLedgerOptions options)
{
    private const string DashboardVersion = "1.3.0";
    private const ushort NoName = 0x670a;

    private SoftwareLedgerState _state;

    internal SoftwareLedgerState State
    {
        get => _state;
        set
        {
            _state = value;
            App?.Start();
        }
    }

    private IAppDevice? App => _state switch
    {
        SoftwareLedgerState.Ready => ethereum,
        SoftwareLedgerState.OpenPgp => openPgp,
        _ => null,
    };

    /// <summary>True for the command whose computation takes long enough for another APDU to arrive meanwhile.</summary>
    internal bool IsSlow(ReadOnlySpan<byte> apdu) => _state == SoftwareLedgerState.Ready && EthereumAppDevice.IsSlow(apdu);

    internal AppStep Handle(ReadOnlySpan<byte> apdu)
    {
        if (_state == SoftwareLedgerState.Locked)
        {
            return AppStep.Of(StatusWords.Locked);
        }

        // A hung app does not even come back to the system.
        bool isSystems = apdu.Length >= 4 && apdu[0] == LedgerSystem.Cla && App is not OpenPgpAppDevice { IsHung: true };
        AppStep step = (isSystems, App) switch
        {
            (true, _) => HandleSystem(apdu),
            (_, { } app) => app.Handle(apdu),
            _ => HandleDashboard(apdu),
        };
        if (step.Fate == AppFate.Crashes)
        {
            State = SoftwareLedgerState.Dashboard;
        }

        return step;
    }

    private AppStep HandleSystem(ReadOnlySpan<byte> apdu)
    {
        switch (apdu[1])
        {
            case LedgerSystem.GetAppNameAndVersion when apdu[2] == 0 && apdu[3] == 0:
                (string name, string version) = App is { } app ? (app.Name, app.Version) : (LedgerSystem.DashboardName, DashboardVersion);
                return new AppStep(
                    StatusWords.Ok,
                    [1, (byte)name.Length, .. Encoding.ASCII.GetBytes(name), (byte)version.Length, .. Encoding.ASCII.GetBytes(version), 1, 0]);
            case LedgerSystem.LoadCertificate:
                return AppStep.Of(StatusWords.BadCertificate);
            case LedgerSystem.QuitApp when App is not null:
                return Change(SoftwareLedgerState.Dashboard);
            default:
                return AppStep.Of(StatusWords.UnknownClass);
        }
    }

    private AppStep HandleDashboard(ReadOnlySpan<byte> apdu)
    {
        if (EthereumAppDevice.IsMalformed(apdu))
        {
            return new AppStep(StatusWords.WrongLength, [], Keeps: true);
        }

        if (apdu[0] != LedgerSystem.DashboardCla || apdu[1] != LedgerSystem.OpenApp)
        {
            return AppStep.Of(StatusWords.NoApp);
        }

        if (apdu.Length <= ApduLimits.HeaderSize)
        {
            return AppStep.Of(NoName);
        }

        string wanted = Encoding.ASCII.GetString(apdu[ApduLimits.HeaderSize..]);
        SoftwareLedgerState? opened =
            wanted == ethereum.Name ? SoftwareLedgerState.Ready : wanted == openPgp.Name ? SoftwareLedgerState.OpenPgp : null;
        if (opened is not { } state)
        {
            return AppStep.Of(StatusWords.NoSuchApp);
        }

        string device = string.Create(CultureInfo.InvariantCulture, $"Ledger {options.Model.DisplayName()}");
        return new AppStep(StatusWords.Ok, [], new ScreenReview(device, "Open app", [new ScreenField("App", wanted)]))
        {
            Pressed = approved => approved ? Change(state) : AppStep.Of(StatusWords.RejectedBySystem),
        };
    }

    private AppStep Change(SoftwareLedgerState state)
    {
        State = state;
        return AppStep.Of(StatusWords.Ok) with { Fate = options.LeavesOnAppChange ? AppFate.Leaves : AppFate.Answers };
    }
}
