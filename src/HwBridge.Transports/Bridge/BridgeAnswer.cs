using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using HwBridge.Core.Secrets;

namespace HwBridge.Transports.Bridge;

/// <summary>What the bridge answered to one request: all bytes until it closed the connection.</summary>
/// <remarks>
/// HTTP/1.0, so that the body ends with the connection and comes in one piece:
/// <code>
///   HTTP/1.1 200 OK CRLF | header: value CRLF … | CRLF | body
/// </code>
/// </remarks>
/// <param name="bytes">Taken over.</param>
internal sealed class BridgeAnswer(SecretBuffer bytes) : IDisposable
{
    private const int MaxText = 120;
    private readonly int _body = BodyOf(bytes.Span);

    /// <summary>Whether it is an answer of HTTP at all, and whole.</summary>
    internal bool IsWhole => _body > 0;

    /// <summary>The HTTP status code; 0 where there is none.</summary>
    internal int Status { get; } = StatusOf(bytes.Span);

    internal ReadOnlySpan<byte> Body => bytes.Span[_body..].TrimEnd("\r\n "u8);

    /// <summary>
    /// The bridge's own words for what went wrong, without control characters; null when nothing did. Some versions say so with a status code, some
    /// within an answer that looks well.
    /// </summary>
    internal string? Error
    {
        get
        {
            if (Status == 200 && !Body.StartsWith("{\"error\""u8))
            {
                return null;
            }

            string text = TryRead(answer => answer.GetProperty("error").GetString()) ?? $"HTTP status {Status}";
            return string.Concat(text.Take(MaxText).Select(c => char.IsControl(c) ? '?' : c));
        }
    }

    /// <summary>Reads an answer that is JSON and no secret; null where it is not what it should be.</summary>
    internal T? TryRead<T>(Func<JsonElement, T> read)
        where T : class?
    {
        try
        {
            Utf8JsonReader reader = new(Body);
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            return read(document.RootElement);
        }
        catch (Exception strange) when (strange is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            // Said by the caller, who knows what was asked.
            return null;
        }
    }

    public void Dispose() => bytes.Dispose();

    private static int StatusOf(ReadOnlySpan<byte> bytes) =>
        bytes.Length > 12 && bytes.StartsWith("HTTP/1."u8) && Utf8Parser.TryParse(bytes[9..12], out int status, out int used) && used == 3 ? status : 0;

    private static int BodyOf(ReadOnlySpan<byte> bytes)
    {
        int end = bytes.IndexOf("\r\n\r\n"u8);
        if (StatusOf(bytes) == 0 || end < 0)
        {
            return 0;
        }

        const string Length = "content-length:";
        int start = end + 4;
        foreach (string line in Encoding.ASCII.GetString(bytes[..end]).Split("\r\n"))
        {
            if (line.StartsWith(Length, StringComparison.OrdinalIgnoreCase)
                && (!int.TryParse(line.AsSpan(Length.Length), out int length) || length > bytes.Length - start))
            {
                return 0;
            }
        }

        return start;
    }
}
