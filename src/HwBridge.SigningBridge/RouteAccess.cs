namespace HwBridge.SigningBridge;

/// <summary>What a request has to show before it is answered.</summary>
internal enum RouteAccess
{
    /// <summary>Nothing: it tells nothing.</summary>
    Open,

    /// <summary>The bearer token.</summary>
    Token,

    /// <summary>A session of the page.</summary>
    Session,
}
