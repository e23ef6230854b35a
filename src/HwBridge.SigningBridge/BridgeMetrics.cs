using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using HwBridge.SigningBridge.Requests;

namespace HwBridge.SigningBridge;

/// <summary>Counters in Prometheus' text format (version 0.0.4).</summary>
internal sealed class BridgeMetrics
{
    /// <summary>The media type of the format.</summary>
    internal const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly ConcurrentDictionary<RequestStatus, long> _ended = new();
    private readonly ConcurrentDictionary<string, long> _refused = new();
    private long _milliseconds;

    /// <summary>A request for a signature has ended.</summary>
    internal void Count(RequestStatus status, TimeSpan elapsed)
    {
        _ended.AddOrUpdate(status, 1, static (_, count) => count + 1);
        Interlocked.Add(ref _milliseconds, (long)elapsed.TotalMilliseconds);
    }

    /// <summary>A request was not let in.</summary>
    /// <param name="tag">One of the bridge's own, so that there are few.</param>
    internal void CountRefused(string tag) => _refused.AddOrUpdate(tag, 1, static (_, count) => count + 1);

    /// <summary>All of them.</summary>
    /// <param name="open">Requests under way.</param>
    internal string Write(int open)
    {
        StringBuilder text = new();
        text.Append("# HELP hwbridge_bridge_requests_total Requests for signatures that ended, by how.\n# TYPE hwbridge_bridge_requests_total counter\n");
        foreach (RequestStatus status in (RequestStatus[])[RequestStatus.Signed, RequestStatus.Rejected, RequestStatus.Failed, RequestStatus.Abandoned])
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"hwbridge_bridge_requests_total{{outcome=\"{BridgeLog.StatusName(status)}\"}} {_ended.GetValueOrDefault(status)}\n");
        }

        text.Append("# HELP hwbridge_bridge_refused_total HTTP requests that were not let in, by reason.\n# TYPE hwbridge_bridge_refused_total counter\n");
        foreach ((string tag, long count) in _refused.OrderBy(static entry => entry.Key, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"hwbridge_bridge_refused_total{{reason=\"{tag}\"}} {count}\n");
        }

        text.Append("# HELP hwbridge_bridge_request_seconds_total Time from each request to its end.\n# TYPE hwbridge_bridge_request_seconds_total counter\n");
        text.Append(CultureInfo.InvariantCulture, $"hwbridge_bridge_request_seconds_total {Interlocked.Read(ref _milliseconds) / 1000.0:0.000}\n");
        text.Append("# HELP hwbridge_bridge_open_requests Requests that wait, and the one on the device.\n# TYPE hwbridge_bridge_open_requests gauge\n");
        text.Append(CultureInfo.InvariantCulture, $"hwbridge_bridge_open_requests {open}\n");
        return text.ToString();
    }
}
