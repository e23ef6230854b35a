using System.Text;

namespace HwBridge.Protocols.Ledger;

/// <summary>E0D8 on the dashboard: opens an app, after the person agreed on the screen.</summary>
/// <param name="AppName">The app's name, printable ASCII.</param>
public readonly record struct OpenAppCommand(string AppName) : ILedgerCommand<bool>
{
    /// <inheritdoc/>
    public string Name => $"OPEN_APP (E0D8) {AppName}";

    /// <inheritdoc/>
    public string? App => null;

    /// <inheritdoc/>
    public bool NeedsApproval => true;

    /// <inheritdoc/>
    public int Encode(Span<byte> apdu) =>
        new CommandApdu(LedgerSystem.DashboardCla, LedgerSystem.OpenApp, 0, 0, Encoding.ASCII.GetBytes(AppName)).Encode(apdu);

    /// <summary>Nothing but the status.</summary>
    /// <inheritdoc/>
    public bool Parse(ReadOnlySpan<byte> data)
    {
        LedgerAnswer.RequireLength(Name, data, 0);
        return true;
    }
}
