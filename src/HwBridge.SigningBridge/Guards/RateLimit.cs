using System.Diagnostics;

namespace HwBridge.SigningBridge.Guards;

/// <summary>A bucket that fills by so many requests a second and holds a burst of them.</summary>
internal sealed class RateLimit(int burst, int perSecond)
{
    private readonly Lock _lock = new();
    private double _left = burst;
    private long _since = Stopwatch.GetTimestamp();

    /// <summary>Takes one; false when none is left.</summary>
    internal bool TryTake()
    {
        lock (_lock)
        {
            long now = Stopwatch.GetTimestamp();
            _left = Math.Min(burst, _left + (Stopwatch.GetElapsedTime(_since, now).TotalSeconds * perSecond));
            _since = now;
            if (_left < 1)
            {
                return false;
            }

            _left--;
            return true;
        }
    }
}
