namespace HwBridge.Core.Faults;

/// <summary>The closed set of reasons for which the work was not done. Tags and exit codes are in <see cref="FaultCodes"/>.</summary>
public enum Fault
{
    /// <summary>The work was done and the answer is no.</summary>
    Mismatch,

    /// <summary>Bad arguments.</summary>
    Usage,

    /// <summary>No such device, or it went away.</summary>
    DeviceNotFound,

    /// <summary>The system forbids opening the device.</summary>
    DevicePermission,

    /// <summary>Refused on the device.</summary>
    UserRejected,

    /// <summary>The device waits for its PIN.</summary>
    DeviceLocked,

    /// <summary>Another app is open on the device.</summary>
    WrongApp,

    /// <summary>Another program, or another request, has the device.</summary>
    DeviceBusy,

    /// <summary>The device can't do it, ever or with its present settings.</summary>
    Unsupported,

    /// <summary>The PIN was wrong.</summary>
    PinInvalid,

    /// <summary>A file or a value that can't be read.</summary>
    BadInput,

    /// <summary>Wrong password, no recipient at hand, or authentication failed.</summary>
    CannotDecrypt,

    /// <summary>Reading or writing failed.</summary>
    Io,

    /// <summary>The device or emulator broke the protocol.</summary>
    Protocol,

    /// <summary>Stopped by the person.</summary>
    Cancelled,
}
