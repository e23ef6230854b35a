namespace HwBridge.Transports.Linux;

/// <summary>A wait that may take a person's time, on a thread of its own: while one of the pool's is blocked, the runtime looks at it twice a second.</summary>
internal static class LongWait
{
    /// <summary>Runs a call that blocks; it listens to its own token.</summary>
    internal static Task<T> RunAsync<T>(Func<T> wait) =>
        Task.Factory.StartNew(wait, CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);
}
