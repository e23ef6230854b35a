namespace HwBridge.SigningBridge.JsonRpc;

/// <summary>Numbers of errors: JSON-RPC 2.0 § 5.1, EIP-1474 and EIP-1193.</summary>
internal static class RpcErrorCode
{
    internal const int ParseError = -32700;
    internal const int InvalidRequest = -32600;
    internal const int MethodNotFound = -32601;
    internal const int InvalidParams = -32602;
    internal const int InternalError = -32603;

    /// <summary>EIP-1474: the device is locked, busy, or shows another app.</summary>
    internal const int ResourceUnavailable = -32002;

    /// <summary>EIP-1474: too many requests.</summary>
    internal const int LimitExceeded = -32005;

    internal const int UserRejected = 4001;
    internal const int Unauthorized = 4100;
    internal const int UnsupportedMethod = 4200;
    internal const int Disconnected = 4900;
}
