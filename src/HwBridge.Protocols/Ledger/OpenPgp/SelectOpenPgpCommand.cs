namespace HwBridge.Protocols.Ledger.OpenPgp;

/// <summary>SELECT of the OpenPGP application: puts the app's record counter back, which another program may have left elsewhere.</summary>
/// <remarks>
/// When a program was killed in the middle of reading an object, the app answers the next command, whatever it is, with that object
/// again. The answer is then true: select once more.
/// </remarks>
public readonly record struct SelectOpenPgpCommand : ILedgerCommand<bool>
{
    /// <inheritdoc/>
    public string Name => "OpenPGP SELECT (00A4)";

    /// <inheritdoc/>
    public string App => OpenPgpApp.Name;

    /// <inheritdoc/>
    public bool NeedsApproval => false;

    /// <inheritdoc/>
    public int Encode(Span<byte> apdu) => new CommandApdu(OpenPgpApp.Cla, OpenPgpApp.Select, 4, 0, OpenPgpApp.Aid).Encode(apdu);

    /// <summary>True when the answer is one to an earlier command.</summary>
    /// <inheritdoc/>
    public bool Parse(ReadOnlySpan<byte> data) => !data.IsEmpty;
}
