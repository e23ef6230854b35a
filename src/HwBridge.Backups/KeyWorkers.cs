namespace HwBridge.Backups;

/// <summary>Runs many key derivations on all cores, within the machine's memory.</summary>
internal static class KeyWorkers
{
    /// <summary>
    /// Runs <paramref name="work"/> for 0 … <paramref name="count"/> − 1 on a thread for each core, and throws the first fault by index.
    /// </summary>
    /// <param name="count">How many pieces.</param>
    /// <param name="memory">What the most expensive piece takes while it runs, in bytes.</param>
    /// <param name="work">One piece; it looks at the token itself where it is long.</param>
    /// <param name="done">Told after each piece how many are done.</param>
    /// <param name="cancellationToken">No piece begins after it; those that run are waited for: nothing secret stays in use.</param>
    /// <remarks>Threads of their own: a derivation keeps its thread for a second, for which the pool would be starved.</remarks>
    internal static async Task RunAsync(int count, long memory, Action<int> work, Action<int> done, CancellationToken cancellationToken)
    {
        int next = -1;
        int finished = 0;
        Exception?[] failures = new Exception?[count];
        using CancellationTokenSource failed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] threads = new Task[Degree(count, memory)];
        for (int i = 0; i < threads.Length; i++)
        {
            threads[i] = Task.Factory.StartNew(
                () =>
                {
                    int index;
                    while (!failed.IsCancellationRequested && (index = Interlocked.Increment(ref next)) < count)
                    {
                        try
                        {
                            work(index);
                            done(Interlocked.Increment(ref finished));
                        }
                        catch (Exception exception)
                        {
                            failures[index] = exception;
                            failed.Cancel();
                        }
                    }
                },
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default);
        }

        await Task.WhenAll(threads).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        if (Array.Find(failures, static failure => failure is not null) is { } first)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(first);
        }
    }

    /// <summary>As many as cores, but never more than three quarters of the memory can hold.</summary>
    private static int Degree(int count, long memory)
    {
        long room = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4 * 3;
        return (int)Math.Clamp(Math.Min(Environment.ProcessorCount, room / Math.Max(1, memory)), 1, Math.Max(1, count));
    }
}
