using System.Buffers;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using HwBridge.Core.Bls;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.People;
using HwBridge.SigningBridge.Callers;
using HwBridge.SigningBridge.Guards;
using HwBridge.SigningBridge.JsonRpc;
using HwBridge.SigningBridge.Page;
using HwBridge.SigningBridge.Requests;
using HwBridge.SigningBridge.Web3Signer;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace HwBridge.SigningBridge;

/// <summary>
/// From a connection to an answer: guard (host, origin, site), route, token, rate, JSON, then the endpoint. Every request gets an answer.
/// </summary>
internal sealed class BridgeApplication : IHttpApplication<HttpContext>, IAsyncDisposable
{
    private const string Json = "application/json";
    private const string PlainText = "text/plain; charset=utf-8";
    private const string PagePrefix = "/page";
    private const int HangUpStatus = 499;

    private readonly AccessToken _token;
    private readonly DeviceQueue _device;
    private readonly RequestBoard _board;
    private readonly BridgeMetrics _metrics = new();
    private readonly BridgeLog _log;
    private readonly RequestGuard _guard;
    private readonly RateLimit _rate;
    private readonly RpcEndpoint _rpc;
    private readonly ConsensusEndpoint _consensus;
    private readonly PageSessions _sessions;
    private readonly PageEndpoint _page;
    private readonly CancellationTokenSource _stop = new();
    private int? _pagePort;

    /// <param name="options">What for.</param>
    /// <param name="token">Taken over.</param>
    /// <param name="open">Opens the device.</param>
    /// <param name="person">Who is shown each request.</param>
    internal BridgeApplication(
        BridgeOptions options, AccessToken token, Func<CancellationToken, ValueTask<IKeyStore>> open, IPerson person)
    {
        _token = token;
        _log = new BridgeLog(options.Log);
        _guard = new RequestGuard(options.AllowedOrigins);
        _rate = new RateLimit(options.Limits.Burst, options.Limits.RequestsPerSecond);
        _device = new DeviceQueue(open, options.PersonDeadline);
        _board = new RequestBoard(person, _log, _metrics, options.Limits.MaxQueue);
        SignatureDesk desk = new(_board, _device, options.Rules);
        _rpc = new RpcEndpoint(new EthereumMethods(desk, options.Accounts, options.ChainId));
        _consensus = new ConsensusEndpoint(desk, person, options.Validators, options.Backup, options.Network);
        _sessions = new PageSessions(link => person.Tell(
            $"The requests are shown at http://127.0.0.1:{_pagePort?.ToString(CultureInfo.InvariantCulture)}/#{link} (this link works once)"));
        _page = new PageEndpoint(_sessions, _board);
        Routes =
        [
            new Route("POST", "/", RouteAccess.Token, AnswerRpcAsync),
            new Route("GET", "/upcheck", RouteAccess.Open, static context => WriteAsync(context, 200, PlainText, "OK"u8.ToArray())),
            new Route("GET", "/health", RouteAccess.Open, static context => WriteAsync(context, 200, Json, "{\"status\":\"UP\"}"u8.ToArray())),
            new Route("GET", "/openapi.json", RouteAccess.Open, static context => WriteFileAsync(context, "bridge.openapi.json", Json)),
            new Route("GET", "/metrics", RouteAccess.Token, AnswerMetricsAsync),
            new Route("GET", "/api/v1/eth2/publicKeys", RouteAccess.Token, AnswerPublicKeysAsync),
            new Route("POST", "/api/v1/eth2/sign/" + Route.Identifier, RouteAccess.Token, AnswerSignAsync),
        ];
        PageRoutes =
        [
            new Route("GET", "/", RouteAccess.Open, static context => WriteFileAsync(context, "page.html", "text/html; charset=utf-8")),
            new Route("GET", PagePrefix + ".js", RouteAccess.Open, static context => WriteFileAsync(context, "page.js", "text/javascript; charset=utf-8")),
            new Route("GET", PagePrefix + ".css", RouteAccess.Open, static context => WriteFileAsync(context, "page.css", "text/css; charset=utf-8")),
            new Route("POST", PagePrefix + "/session", RouteAccess.Open, AnswerSessionAsync),
            new Route("POST", PagePrefix + "/requests", RouteAccess.Session, AnswerRequestsAsync),
        ];
    }

    /// <summary>What programs may ask for.</summary>
    internal IReadOnlyList<Route> Routes { get; }

    /// <summary>What the page asks for, on a port of its own.</summary>
    internal IReadOnlyList<Route> PageRoutes { get; }

    /// <inheritdoc/>
    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    /// <inheritdoc/>
    public void DisposeContext(HttpContext context, Exception? exception)
    {
        // A context holds nothing of its own: what it has belongs to the connection.
    }

    /// <inheritdoc/>
    public async Task ProcessRequestAsync(HttpContext context)
    {
        Route? route = null;
        try
        {
            bool isPage = context.Connection.LocalPort is > 0 and int port && port == _pagePort;
            AddSafeguards(context.Response);
            string? origin = CheckOrigin(context, isPage);
            RequestGuard.AddCors(context.Response, isPage ? null : origin);
            if (HttpMethods.IsOptions(context.Request.Method) && origin is not null && !isPage)
            {
                context.Response.StatusCode = StatusCodes.Status204NoContent;
                return;
            }

            route = Find(context.Request, isPage ? PageRoutes : Routes);
            CheckAccess(context, route);
            await route.Answer(context).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            await FailAsync(context, route, failure).ConfigureAwait(false);
        }
    }

    /// <summary>From now on, requests are answered by their port.</summary>
    /// <param name="pagePort">The page's, where there is a page.</param>
    internal void Open(int? pagePort)
    {
        _pagePort = pagePort;
        if (pagePort is not null)
        {
            _sessions.Renew();
        }
    }

    /// <summary>Gives everything under way an end.</summary>
    internal async Task StopAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _device.StopAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _device.DisposeAsync().ConfigureAwait(false);
        _sessions.Dispose();
        _token.Dispose();
        _stop.Dispose();
    }

    private static void AddSafeguards(HttpResponse response)
    {
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["Cross-Origin-Resource-Policy"] = "same-origin";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers.ContentSecurityPolicy = PageEndpoint.ContentSecurityPolicy;
    }

    private static Route Find(HttpRequest request, IReadOnlyList<Route> routes)
    {
        Route[] fitting = [.. routes.Where(route => route.Fits(request.Path.Value ?? string.Empty))];
        return fitting.FirstOrDefault(route => route.Method == request.Method)
            ?? throw (fitting.Length == 0
                ? new RefusedException(StatusCodes.Status404NotFound, "noSuchRoute", "there is nothing at this path", "GET /openapi.json tells what there is.")
                : new RefusedException(
                    StatusCodes.Status405MethodNotAllowed, "wrongMethod", "this path takes another method", "GET /openapi.json tells which."));
    }

    private string? CheckOrigin(HttpContext context, bool isPage)
    {
        int? port = context.Connection.LocalPort is > 0 and int number ? number : null;
        if (!CallerLookup.IsOwnUser(context))
        {
            throw new RefusedException(
                StatusCodes.Status403Forbidden, "foreignUser", "the program that asks runs as another user", "Run it as the user of this bridge.");
        }

        return isPage
            ? new RequestGuard([$"http://{context.Request.Host.Value}"]).Check(context.Request, port)
            : _guard.Check(context.Request, port);
    }

    private void CheckAccess(HttpContext context, Route route)
    {
        string? authorization = context.Request.Headers.Authorization.Count == 1 ? context.Request.Headers.Authorization[0] : null;
        bool mayPass = route.Access switch
        {
            RouteAccess.Token => _token.IsIn(authorization),
            RouteAccess.Session => _sessions.IsIn(authorization),
            _ => true,
        };
        if (!mayPass)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            throw new RefusedException(
                StatusCodes.Status401Unauthorized,
                "noToken",
                "the token is missing or wrong",
                route.Access == RouteAccess.Session
                    ? "Reload the page from the link that the terminal shows."
                    : "Send the header Authorization: Bearer TOKEN, with the token of the bridge's token file.");
        }

        if (!_rate.TryTake())
        {
            context.Response.Headers.RetryAfter = "1";
            throw new RefusedException(
                StatusCodes.Status429TooManyRequests, RefusedException.TooMany, "too many requests in a short time", "Wait a second, then ask again.");
        }

        if (route.Method == "POST")
        {
            RequestGuard.RequireJson(context.Request);
        }
    }

    private async Task AnswerRpcAsync(HttpContext context)
    {
        byte[] body = await ReadAsync(context).ConfigureAwait(false);
        ReadOnlyMemory<byte> answer = await _rpc.AnswerAsync(body, CallerLookup.Find(context), context.RequestAborted).ConfigureAwait(false);
        if (answer.IsEmpty)
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        await WriteAsync(context, StatusCodes.Status200OK, Json, answer).ConfigureAwait(false);
    }

    private Task AnswerMetricsAsync(HttpContext context) =>
        WriteAsync(context, StatusCodes.Status200OK, BridgeMetrics.ContentType, Encoding.UTF8.GetBytes(_metrics.Write(_board.OpenCount)));

    private async Task AnswerPublicKeysAsync(HttpContext context)
    {
        List<BlsPublicKey> keys = await _consensus.ListAsync(context.RequestAborted).ConfigureAwait(false);
        await WriteAsync(context, StatusCodes.Status200OK, json =>
        {
            json.WriteStartArray();
            keys.ForEach(key => json.WriteStringValue(key.ToString()));
            json.WriteEndArray();
        }).ConfigureAwait(false);
    }

    private async Task AnswerSignAsync(HttpContext context)
    {
        byte[] body = await ReadAsync(context).ConfigureAwait(false);
        string identifier = context.Request.Path.Value!.Split('/')[^1];
        BlsSignature signature = await _consensus.SignAsync(identifier, body, CallerLookup.Find(context), context.RequestAborted)
            .ConfigureAwait(false);

        // Web3Signer gives text unless JSON, or anything, is asked for by name.
        if (context.Request.GetTypedHeaders().Accept.Any(static type => type.MatchesAllTypes || type.MediaType.Equals(Json, StringComparison.OrdinalIgnoreCase)))
        {
            await WriteAsync(context, StatusCodes.Status200OK, json =>
            {
                json.WriteStartObject();
                json.WriteString("signature"u8, signature.ToString());
                json.WriteEndObject();
            }).ConfigureAwait(false);
            return;
        }

        await WriteAsync(context, StatusCodes.Status200OK, PlainText, Encoding.ASCII.GetBytes(signature.ToString())).ConfigureAwait(false);
    }

    private async Task AnswerSessionAsync(HttpContext context)
    {
        Action<Utf8JsonWriter> session = _page.Redeem(await ReadAsync(context).ConfigureAwait(false)) ?? throw new RefusedException(
            StatusCodes.Status401Unauthorized, "noToken", "this link was used already, or is not of this bridge", "Open the link that the terminal shows last.");
        await WriteAsync(context, StatusCodes.Status200OK, session).ConfigureAwait(false);
    }

    private async Task AnswerRequestsAsync(HttpContext context)
    {
        byte[] body = await ReadAsync(context).ConfigureAwait(false);
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _stop.Token);
        Action<Utf8JsonWriter> requests = await _page.ReadAsync(body, end.Token).ConfigureAwait(false);
        await WriteAsync(context, StatusCodes.Status200OK, requests).ConfigureAwait(false);
    }

    private static async Task<byte[]> ReadAsync(HttpContext context)
    {
        using MemoryStream body = new((int)Math.Clamp(context.Request.ContentLength ?? 0, 0, 1 << 16));
        await context.Request.Body.CopyToAsync(body, context.RequestAborted).ConfigureAwait(false);
        return body.ToArray();
    }

    private async Task FailAsync(HttpContext context, Route? route, Exception failure)
    {
        (int status, string tag, string reason, string remedy) = failure switch
        {
            RefusedException refused => (refused.Status, refused.Tag, refused.Message, refused.Remedy),
            BadHttpRequestException bad => (bad.StatusCode, "badRequest", bad.Message, "Send a smaller body, faster."),
            FaultException fault => (StatusOf(fault.Fault), fault.Fault.Tag(), fault.Message, fault.Remedy),
            OperationCanceledException when _stop.IsCancellationRequested =>
                (StatusCodes.Status503ServiceUnavailable, "stopping", "the bridge is being stopped", "Ask again when it runs."),
            OperationCanceledException or IOException => (HangUpStatus, "hungUp", "the program that asked has gone", "Ask again."),
            _ => (StatusCodes.Status500InternalServerError, "defect", $"a defect of hwbridge: {failure.GetType().Name}", "Report it, with what was asked."),
        };
        _metrics.CountRefused(tag);
        _log.Refused(route?.Path, status, tag);
        if (context.RequestAborted.IsCancellationRequested || context.Response.HasStarted)
        {
            context.Abort();
            return;
        }

        // What is left of the body is not worth reading.
        context.Response.Headers.Connection = "close";
        await WriteAsync(context, status, json =>
        {
            json.WriteStartObject();
            json.WriteStartObject("error"u8);
            json.WriteString("code"u8, tag);
            json.WriteString("message"u8, reason);
            json.WriteString("remedy"u8, remedy);
            json.WriteEndObject();
            json.WriteEndObject();
        }).ConfigureAwait(false);
    }

    /// <summary>Web3Signer's document knows 400 for what it does not take, 404, 412 for slashing, and 500.</summary>
    private static int StatusOf(Fault fault) => fault switch
    {
        Fault.BadInput or Fault.Usage or Fault.Unsupported => StatusCodes.Status400BadRequest,
        Fault.UserRejected => StatusCodes.Status403Forbidden,
        Fault.DeviceNotFound or Fault.DevicePermission or Fault.DeviceLocked or Fault.DeviceBusy or Fault.WrongApp or Fault.PinInvalid =>
            StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };

    private static Task WriteFileAsync(HttpContext context, string name, string contentType)
    {
        using Stream file = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} was not built in");
        byte[] content = new byte[file.Length];
        file.ReadExactly(content);
        return WriteAsync(context, StatusCodes.Status200OK, contentType, content);
    }

    private static Task WriteAsync(HttpContext context, int status, Action<Utf8JsonWriter> write)
    {
        ArrayBufferWriter<byte> output = new();
        using (Utf8JsonWriter json = new(output))
        {
            write(json);
        }

        return WriteAsync(context, status, Json, output.WrittenMemory);
    }

    private static async Task WriteAsync(HttpContext context, int status, string contentType, ReadOnlyMemory<byte> content)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        context.Response.ContentLength = content.Length;
        await context.Response.Body.WriteAsync(content, context.RequestAborted).ConfigureAwait(false);
    }
}
