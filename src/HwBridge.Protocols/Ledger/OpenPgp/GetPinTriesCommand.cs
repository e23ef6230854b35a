namespace HwBridge.Protocols.Ledger.OpenPgp;

/// <summary>GET DATA of 00C4, the password status: asked before a PIN is, so that nobody loses the last try unwarned.</summary>
public readonly record struct GetPinTriesCommand : ILedgerCommand<PinTries>
{
    private const int Size = 7;
    private const int MaxTries = 3;

    /// <inheritdoc/>
    public string Name => "OpenPGP GET DATA (00CA) 00C4";

    /// <inheritdoc/>
    public string App => OpenPgpApp.Name;

    /// <inheritdoc/>
    public bool NeedsApproval => false;

    /// <inheritdoc/>
    public int Encode(Span<byte> apdu) => new CommandApdu(OpenPgpApp.Cla, OpenPgpApp.GetData, 0, 0xc4, []).Encode(apdu);

    /// <summary>Reads 7 bytes: validity, three greatest lengths, then the tries of PW1, of the resetting code and of PW3.</summary>
    /// <inheritdoc/>
    public PinTries Parse(ReadOnlySpan<byte> data)
    {
        LedgerAnswer.RequireLength(Name, data, Size);
        return data[4] <= MaxTries && data[6] <= MaxTries
            ? new PinTries(data[4], data[6])
            : throw LedgerAnswer.Broken(Name, $"it tells of {data[4]} and {data[6]} tries, more than {MaxTries}");
    }
}
