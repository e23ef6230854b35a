using System.Text.Json;
using HwBridge.Core.Json;
using HwBridge.SigningBridge.Requests;

namespace HwBridge.SigningBridge.Page;

/// <summary>What the page in a browser asks for: a session, and then the requests, whenever there is something new.</summary>
internal sealed class PageEndpoint(PageSessions sessions, RequestBoard board)
{
    /// <summary>Nothing but this page's own files and answers, nowhere else to send anything.</summary>
    internal const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private const string Remedy = "Reload the page from the link that the terminal shows.";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>The session for a link's token; null for a wrong one.</summary>
    internal Action<Utf8JsonWriter>? Redeem(byte[] body)
    {
        JsonCursor cursor = new(body, "the request", body.Length, Remedy);
        string? link = null;
        cursor.BeginObject();
        while (cursor.NextMember(out string name))
        {
            link = name == "link" ? cursor.GetString(128) : throw cursor.Fault("is not known");
        }

        cursor.End();
        if (sessions.Redeem(link ?? throw cursor.Missing("link")) is not { } session)
        {
            return null;
        }

        return json =>
        {
            json.WriteStartObject();
            json.WriteString("session"u8, session);
            json.WriteEndObject();
        };
    }

    /// <summary>The requests, when there is more to see than the page has, or after a while.</summary>
    internal async Task<Action<Utf8JsonWriter>> ReadAsync(byte[] body, CancellationToken hangUp)
    {
        long after = ReadVersion(body);
        try
        {
            await board.ChangeAfter(after).WaitAsync(Patience, hangUp).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Nothing new: the page asks again, so that no connection stays open for ever.
        }

        (long version, IReadOnlyList<BridgeRequest> requests) = board.Read();
        return json => Write(json, version, requests);
    }

    private static long ReadVersion(byte[] body)
    {
        JsonCursor cursor = new(body, "the request", body.Length, Remedy);
        long? after = null;
        cursor.BeginObject();
        while (cursor.NextMember(out string name))
        {
            after = name == "after" ? cursor.GetInteger(-1, long.MaxValue) : throw cursor.Fault("is not known");
        }

        cursor.End();
        return after ?? throw cursor.Missing("after");
    }

    private static void Write(Utf8JsonWriter json, long version, IReadOnlyList<BridgeRequest> requests)
    {
        json.WriteStartObject();
        json.WriteNumber("version"u8, version);
        json.WriteStartArray("requests"u8);
        int position = 0;
        foreach (BridgeRequest request in requests)
        {
            json.WriteStartObject();
            json.WriteNumber("number"u8, request.Number);
            json.WriteString("method"u8, request.Wish.Method);
            json.WriteString("title"u8, request.Wish.Title);
            json.WriteString("caller"u8, request.Caller.ToString());
            json.WriteString("received"u8, request.Received);
            json.WriteString("status"u8, BridgeLog.StatusName(request.Status));
            json.WriteNumber("position"u8, request.IsDone ? 0 : position++);
            json.WriteString("reason"u8, request.Reason);
            json.WriteStartArray("lines"u8);
            foreach (string line in request.Wish.Lines)
            {
                json.WriteStringValue(line);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
