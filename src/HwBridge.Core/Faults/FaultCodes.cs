namespace HwBridge.Core.Faults;

/// <summary>The tag and the exit code of each <see cref="Fault"/>; part of the command line's contract.</summary>
public static class FaultCodes
{
    /// <summary>The stable tag, camelCase.</summary>
    public static string Tag(this Fault fault) => fault switch
    {
        Fault.Mismatch => "mismatch",
        Fault.Usage => "usage",
        Fault.DeviceNotFound => "deviceNotFound",
        Fault.DevicePermission => "devicePermission",
        Fault.UserRejected => "userRejected",
        Fault.DeviceLocked => "deviceLocked",
        Fault.WrongApp => "wrongApp",
        Fault.DeviceBusy => "deviceBusy",
        Fault.Unsupported => "unsupported",
        Fault.PinInvalid => "pinInvalid",
        Fault.BadInput => "badInput",
        Fault.CannotDecrypt => "cannotDecrypt",
        Fault.Io => "io",
        Fault.Protocol => "protocol",
        Fault.Cancelled => "cancelled",
        _ => throw new ArgumentOutOfRangeException(nameof(fault)),
    };

    /// <summary>The process exit code.</summary>
    public static int ExitCode(this Fault fault) => fault switch
    {
        Fault.Mismatch => 1,
        Fault.Usage => 2,
        Fault.DeviceNotFound or Fault.DevicePermission => 3,
        Fault.UserRejected => 4,
        Fault.DeviceLocked or Fault.WrongApp or Fault.DeviceBusy or Fault.Unsupported or Fault.PinInvalid => 5,
        Fault.BadInput => 6,
        Fault.CannotDecrypt => 7,
        Fault.Io => 8,
        Fault.Protocol => 9,
        Fault.Cancelled => 130,
        _ => throw new ArgumentOutOfRangeException(nameof(fault)),
    };
}
