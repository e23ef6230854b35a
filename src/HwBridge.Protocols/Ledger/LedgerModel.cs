namespace HwBridge.Protocols.Ledger;

/// <summary>The models that the Ethereum app runs on.</summary>
public enum LedgerModel
{
    /// <summary>Nano S Plus.</summary>
    NanoSP,

    /// <summary>Nano X.</summary>
    NanoX,

    /// <summary>Stax.</summary>
    Stax,

    /// <summary>Flex.</summary>
    Flex,
}
