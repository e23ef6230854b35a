namespace HwBridge.Emulators.Usb;

/// <summary>What a USB/IP message is.</summary>
internal enum UsbipCommand : uint
{
    /// <summary>A transfer.</summary>
    Submit = 1,

    /// <summary>Takes a transfer back.</summary>
    Unlink = 2,

    /// <summary>The answer to a transfer.</summary>
    Submitted = 3,

    /// <summary>The answer to taking one back.</summary>
    Unlinked = 4,
}
