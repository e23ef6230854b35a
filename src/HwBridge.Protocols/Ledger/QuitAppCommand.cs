namespace HwBridge.Protocols.Ledger;

/// <summary>B0A7: leaves the running app for the dashboard; answered by the operating system in every app.</summary>
public readonly record struct QuitAppCommand : ILedgerCommand<bool>
{
    /// <inheritdoc/>
    public string Name => "QUIT_APP (B0A7)";

    /// <inheritdoc/>
    public string? App => null;

    /// <inheritdoc/>
    public bool NeedsApproval => false;

    /// <inheritdoc/>
    public int Encode(Span<byte> apdu) => new CommandApdu(LedgerSystem.Cla, LedgerSystem.QuitApp, 0, 0, []).Encode(apdu);

    /// <summary>Nothing but the status.</summary>
    /// <inheritdoc/>
    public bool Parse(ReadOnlySpan<byte> data)
    {
        LedgerAnswer.RequireLength(Name, data, 0);
        return true;
    }
}
