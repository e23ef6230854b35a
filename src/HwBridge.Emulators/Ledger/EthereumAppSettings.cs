namespace HwBridge.Emulators.Ledger;

/// <summary>The Ethereum app's settings, as a new device has them; may be changed at any time, as a person would.</summary>
public sealed class EthereumAppSettings
{
    /// <summary>"Blind signing": sign also what the app can't show in words.</summary>
    public bool BlindSigning { get; set; }

    /// <summary>"Debug contracts": have each parameter of a call confirmed.</summary>
    public bool DebugContracts { get; set; }
}
