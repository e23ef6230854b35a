using System.Diagnostics;
using HwBridge.SigningBridge.Callers;

namespace HwBridge.SigningBridge.Requests;

/// <summary>One request for a signature on its way.</summary>
internal sealed class BridgeRequest(long number, SignatureWish wish, CallingProgram caller)
{
    private readonly long _since = Stopwatch.GetTimestamp();

    /// <summary>From 1, in the order in which they came.</summary>
    internal long Number => number;

    internal SignatureWish Wish => wish;

    internal CallingProgram Caller => caller;

    internal DateTimeOffset Received { get; } = DateTimeOffset.UtcNow;

    internal RequestStatus Status { get; set; }

    /// <summary>Why it did not work; null otherwise.</summary>
    internal string? Reason { get; set; }

    internal bool IsDone => Status is not (RequestStatus.Waiting or RequestStatus.OnDevice);

    internal TimeSpan Elapsed => Stopwatch.GetElapsedTime(_since);
}
