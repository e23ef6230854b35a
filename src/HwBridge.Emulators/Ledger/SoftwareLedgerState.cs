namespace HwBridge.Emulators.Ledger;

/// <summary>What the software Ledger's person left it at.</summary>
public enum SoftwareLedgerState
{
    /// <summary>The Ethereum app is open.</summary>
    Ready,

    /// <summary>Waiting for its PIN: 5515 to everything.</summary>
    Locked,

    /// <summary>On its dashboard, without an open app.</summary>
    Dashboard,

    /// <summary>The OpenPGP app is open.</summary>
    OpenPgp,
}
