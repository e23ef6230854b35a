namespace HwBridge.Protocols.Ledger;

/// <summary>Sizes of APDUs. ISO/IEC 7816-4 short form, and the buffer of the device.</summary>
public static class ApduLimits
{
    /// <summary>CLA, INS, P1, P2, Lc.</summary>
    public const int HeaderSize = 5;

    /// <summary>The most data that Lc can announce; extended length is not understood by the devices.</summary>
    public const int MaxData = 255;

    /// <summary>The longest command.</summary>
    public const int MaxCommand = HeaderSize + MaxData;

    /// <summary>The device's buffer for a command or an answer with its status word: nothing longer travels either way.</summary>
    public const int MaxMessage = 272;

    /// <summary>The status word behind each answer.</summary>
    public const int StatusSize = 2;
}
