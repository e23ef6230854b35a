using System.Buffers;
using System.Text;
using System.Text.Json;
using HwBridge.SigningBridge.Requests;

namespace HwBridge.SigningBridge;

/// <summary>A JSON object a line for each event: who, which method, how it ended. Never what was signed, a signature or a token.</summary>
internal sealed class BridgeLog(TextWriter? output)
{
    private readonly Lock _lock = new();

    /// <summary>A request for a signature has moved on.</summary>
    internal void Request(BridgeRequest request)
    {
        if (output is not null)
        {
            Write("request", json =>
            {
                json.WriteNumber("request"u8, request.Number);
                json.WriteString("method"u8, request.Wish.Method);
                json.WriteString("caller"u8, request.Caller.Name);
                if (request.Caller.ProcessId is { } process)
                {
                    json.WriteNumber("process"u8, process);
                }

                json.WriteString("status"u8, StatusName(request.Status));
                json.WriteNumber("milliseconds"u8, (long)request.Elapsed.TotalMilliseconds);
            });
        }
    }

    /// <summary>A request was not let in, or could not be answered.</summary>
    /// <param name="route">The route's template, or null where there is none: a path may hold anything.</param>
    /// <param name="status">The HTTP status.</param>
    /// <param name="tag">Why.</param>
    internal void Refused(string? route, int status, string tag)
    {
        if (output is not null)
        {
            Write("refused", json =>
            {
                json.WriteString("route"u8, route);
                json.WriteNumber("status"u8, status);
                json.WriteString("reason"u8, tag);
            });
        }
    }

    /// <summary>camelCase.</summary>
    internal static string StatusName(RequestStatus status) => JsonNamingPolicy.CamelCase.ConvertName(status.ToString());

    private void Write(string what, Action<Utf8JsonWriter> members)
    {
        ArrayBufferWriter<byte> line = new();
        using (Utf8JsonWriter json = new(line))
        {
            json.WriteStartObject();
            json.WriteString("time"u8, DateTimeOffset.UtcNow);
            json.WriteString("event"u8, what);
            members(json);
            json.WriteEndObject();
        }

        lock (_lock)
        {
            output!.WriteLine(Encoding.UTF8.GetString(line.WrittenSpan));
            output.Flush();
        }
    }
}
