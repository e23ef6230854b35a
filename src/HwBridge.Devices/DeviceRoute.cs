namespace HwBridge.Devices;

/// <summary>Which way leads to a device.</summary>
public enum DeviceRoute
{
    /// <summary>The only attached device of a maker.</summary>
    Attached,

    /// <summary>A HID node.</summary>
    Hid,

    /// <summary>A USB device.</summary>
    Usb,

    /// <summary>An APDU socket.</summary>
    Tcp,

    /// <summary>A Trezor firmware emulator's UDP port.</summary>
    Udp,

    /// <summary>The maker's local bridge.</summary>
    Bridge,

    /// <summary>The software device in this process.</summary>
    Embedded,
}
