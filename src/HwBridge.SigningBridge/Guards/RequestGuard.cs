using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace HwBridge.SigningBridge.Guards;

/// <summary>Keeps out what a browser's tab can send: it knows neither the token nor a loopback name for this port.</summary>
/// <remarks>
/// A page of another site reaches a loopback port by its number (a foreign Origin and Sec-Fetch-Site betray it) or, after DNS rebinding, as
/// its own site (the Host betrays it). What it can send without a preflight is no application/json and has no Authorization.
/// </remarks>
/// <param name="allowedOrigins">Origins that may ask after all; always the page's own.</param>
internal sealed class RequestGuard(IReadOnlyList<string> allowedOrigins)
{
    private static readonly string[] LoopbackNames = ["localhost", "127.0.0.1", "[::1]"];

    /// <summary>Whether a Host header is a loopback name with this port; over a Unix socket, which has none, without one.</summary>
    internal static bool IsLoopback(HostString host, int? port)
    {
        string value = host.Value ?? string.Empty;
        string suffix = port is { } number ? string.Create(CultureInfo.InvariantCulture, $":{number}") : string.Empty;
        return LoopbackNames.Any(name => value.Equals(name + suffix, StringComparison.OrdinalIgnoreCase)
            || (port == 80 && value.Equals(name, StringComparison.OrdinalIgnoreCase)));
    }

    /// <summary>Refuses what comes from where it must not.</summary>
    /// <param name="request">The request, headers only.</param>
    /// <param name="port">The port that it came in by; null for the socket.</param>
    /// <returns>The Origin that may read the answer; null where there is none.</returns>
    internal string? Check(HttpRequest request, int? port)
    {
        if (!IsLoopback(request.Host, port))
        {
            throw new RefusedException(
                StatusCodes.Status403Forbidden,
                "foreignHost",
                "the Host is no loopback name with the port of this bridge",
                "Ask http://127.0.0.1:PORT or http://localhost:PORT, or the Unix socket as http://localhost.");
        }

        string[] origins = [.. request.Headers.Origin.OfType<string>()];
        bool isAllowed = origins.Length == 1 && allowedOrigins.Contains(origins[0], StringComparer.Ordinal);
        if (origins.Length > 0 && !isAllowed)
        {
            throw new RefusedException(
                StatusCodes.Status403Forbidden,
                "foreignOrigin",
                "this request comes from a web page that is not allowed here",
                "Allow its origin when the bridge is started (--allow-origin), if it is yours.");
        }

        string site = request.Headers["Sec-Fetch-Site"].ToString();
        return isAllowed || site is "" or "none" or "same-origin"
            ? origins.FirstOrDefault()
            : throw new RefusedException(
                StatusCodes.Status403Forbidden,
                "crossSite",
                "this request comes from a web page of another site",
                "Allow its origin when the bridge is started (--allow-origin), if it is yours.");
    }

    /// <summary>Refuses a body that is not declared as JSON: any page can send the other kinds.</summary>
    internal static void RequireJson(HttpRequest request)
    {
        bool isJson = MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type)
            && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            && (!type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase))
            && request.Headers.ContentEncoding.Count == 0;
        if (!isJson)
        {
            throw new RefusedException(
                StatusCodes.Status415UnsupportedMediaType,
                "notJson",
                "the body must be application/json in UTF-8, not compressed",
                "Send the header Content-Type: application/json.");
        }
    }

    /// <summary>What a preflight request gets, and what an allowed page needs to read an answer; nothing without an allowed origin.</summary>
    internal static void AddCors(HttpResponse response, string? origin)
    {
        if (origin is not null)
        {
            response.Headers.AccessControlAllowOrigin = origin;
            response.Headers.AccessControlAllowMethods = "GET, POST";
            response.Headers.AccessControlAllowHeaders = "authorization, content-type";
            response.Headers["Access-Control-Allow-Private-Network"] = "true";
            response.Headers.Vary = "Origin";
        }
    }
}
