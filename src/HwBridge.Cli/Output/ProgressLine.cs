using System.Diagnostics;

namespace HwBridge.Cli.Output;

/// <summary>One line of progress on stderr, only on a terminal and only for work of more than a second.</summary>
internal sealed class ProgressLine(Answer answer) : IProgress<string>, IDisposable
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly bool _visible = !answer.Quiet && !Console.IsErrorRedirected;
    private readonly Lock _lock = new();
    private long _drawn;

    public void Report(string value)
    {
        if (!_visible || Stopwatch.GetElapsedTime(_start) < TimeSpan.FromSeconds(1))
        {
            return;
        }

        lock (_lock)
        {
            if (_drawn == 0 || Stopwatch.GetElapsedTime(_drawn) > TimeSpan.FromMilliseconds(100))
            {
                _drawn = Stopwatch.GetTimestamp();
                Console.Error.Write($"\r\u001b[K{value}");
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (_drawn != 0)
            {
                Console.Error.Write("\r\u001b[K");
            }
        }
    }
}
