using HwBridge.Core.Faults;

namespace HwBridge.SigningBridge.JsonRpc;

/// <summary>An answer that is an error object.</summary>
internal sealed class RpcException(int code, string message, string remedy, string? tag = null, Exception? inner = null) : Exception(message, inner)
{
    internal int Code { get; } = code;

    internal string Remedy { get; } = remedy;

    /// <summary>The fault's or the refusal's tag, where there is one.</summary>
    internal string? Tag { get; } = tag;

    /// <summary>What ended a request, as its answer.</summary>
    internal static RpcException Of(Exception failure) => failure switch
    {
        RpcException error => error,
        FaultException fault => new RpcException(CodeOf(fault.Fault), fault.Message, fault.Remedy, fault.Fault.Tag(), fault),
        RefusedException refused => new RpcException(
            refused.Tag == RefusedException.TooMany ? RpcErrorCode.LimitExceeded : RpcErrorCode.Unauthorized,
            refused.Message,
            refused.Remedy,
            refused.Tag,
            refused),
        _ => new RpcException(
            RpcErrorCode.InternalError, $"a defect of hwbridge: {failure.GetType().Name}", "Report it, with what was asked.", null, failure),
    };

    private static int CodeOf(Fault fault) => fault switch
    {
        Fault.UserRejected => RpcErrorCode.UserRejected,
        Fault.BadInput or Fault.Usage => RpcErrorCode.InvalidParams,
        Fault.Unsupported => RpcErrorCode.UnsupportedMethod,
        Fault.DeviceNotFound or Fault.DevicePermission => RpcErrorCode.Disconnected,
        Fault.DeviceLocked or Fault.DeviceBusy or Fault.WrongApp or Fault.PinInvalid => RpcErrorCode.ResourceUnavailable,
        _ => RpcErrorCode.InternalError,
    };
}
