namespace HwBridge.Core.Signing;

/// <summary>What a signature is for, so that none passes for another: the first four bytes of its domain, as a big-endian number.</summary>
public enum DomainType
{
    /// <summary>None that this project signs for.</summary>
    None = 0,

    /// <summary>DOMAIN_APPLICATION_BUILDER.</summary>
    ApplicationBuilder = 0x00000001,

    /// <summary>DOMAIN_DEPOSIT.</summary>
    Deposit = 0x03000000,

    /// <summary>DOMAIN_VOLUNTARY_EXIT.</summary>
    VoluntaryExit = 0x04000000,

    /// <summary>DOMAIN_BLS_TO_EXECUTION_CHANGE.</summary>
    BlsToExecutionChange = 0x0a000000,
}
