namespace HwBridge.SigningBridge;

/// <summary>A request that is not let in: its status, a stable tag, a reason and a next step.</summary>
internal sealed class RefusedException(int status, string tag, string reason, string remedy, Exception? inner = null)
    : Exception(reason, inner)
{
    /// <summary>No rule allows it.</summary>
    internal const string NotAllowed = "notAllowed";

    /// <summary>Too much at once.</summary>
    internal const string TooMany = "tooMany";

    internal int Status { get; } = status;

    internal string Tag { get; } = tag;

    internal string Remedy { get; } = remedy;
}
