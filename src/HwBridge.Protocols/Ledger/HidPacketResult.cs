namespace HwBridge.Protocols.Ledger;

/// <summary>What the firmware's packet parser returns.</summary>
internal enum HidPacketResult
{
    /// <summary>Taken, answered or silently dropped.</summary>
    Success,

    /// <summary>Out of sequence in the middle of an APDU, too long, or too short.</summary>
    NotEnoughSpace,

    /// <summary>An unknown tag.</summary>
    NotSupported,
}
