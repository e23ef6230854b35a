namespace HwBridge.Protocols.Ledger;

/// <summary>E006: the app's settings and version.</summary>
public readonly record struct GetAppConfigurationCommand : ILedgerCommand<AppConfiguration>
{
    /// <inheritdoc/>
    public string Name => "GET_APP_CONFIGURATION (E006)";

    /// <inheritdoc/>
    public bool NeedsApproval => false;

    /// <inheritdoc/>
    public int Encode(Span<byte> apdu) => new CommandApdu(EthereumApp.Cla, EthereumApp.GetAppConfiguration, 0, 0, []).Encode(apdu);

    /// <summary>Reads flags | major | minor | patch.</summary>
    /// <inheritdoc/>
    public AppConfiguration Parse(ReadOnlySpan<byte> data)
    {
        LedgerAnswer.RequireLength(Name, data, 4);
        return new AppConfiguration(data[0], new Version(data[1], data[2], data[3]));
    }
}
