using System.Buffers;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;

namespace HwBridge.Backups.Keymanager;

/// <summary>Speaks the Keymanager API with one validator client (ethereum/keymanager-APIs): lists keys and imports keystores.</summary>
/// <remarks>
/// HTTP/1.1, JSON, a bearer token. No proxy, no redirect, no cookie, no compression; answers are bounded and have deadlines. The token is in
/// one string as long as this lives, since the framework's headers are strings; it is overwritten afterwards, the framework's own buffer is not.
/// </remarks>
public sealed class KeymanagerClient : IDisposable
{
    private const string Route = "eth/v1/keystores";

    private static readonly SearchValues<byte> TokenCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/="u8);

    private readonly KeymanagerAddress _address;
    private readonly KeymanagerDeadlines _deadlines;
    private readonly string _authorization;
    private readonly HttpClient _http;

    /// <summary>Connects with the first request.</summary>
    /// <param name="address">Where.</param>
    /// <param name="token">The bearer token (RFC 6750 § 2.1); stays the caller's.</param>
    /// <param name="roots">The only certificates trusted as roots, or as the server's own; null for those that the system trusts.</param>
    /// <param name="deadlines">How long the client may take.</param>
    /// <exception cref="FaultException"><see cref="Fault.BadInput"/>: the token has a character that none has.</exception>
    public KeymanagerClient(
        KeymanagerAddress address, SecretBuffer token, X509Certificate2Collection? roots, KeymanagerDeadlines deadlines)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(token);
        if (token.Length == 0 || token.Span.ContainsAnyExcept(TokenCharacters))
        {
            throw new FaultException(
                Fault.BadInput,
                "the token has a character that no bearer token has",
                "Give the file that the validator client wrote its token to, with nothing else in its first line.");
        }

        (_address, _deadlines) = (address, deadlines);
        _authorization = string.Create("Bearer ".Length + token.Length, token, static (text, token) =>
        {
            "Bearer ".CopyTo(text);
            System.Text.Encoding.ASCII.GetChars(token.Span, text["Bearer ".Length..]);
        });
        _http = new HttpClient(Handler(address, roots, deadlines)) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>The public keys that the client has, in hex without 0x, in lower case.</summary>
    /// <exception cref="FaultException">
    /// <see cref="Fault.Io"/>: not reached, too slow, or failing; <see cref="Fault.BadInput"/>: the token is refused;
    /// <see cref="Fault.Unsupported"/>: there is no such API; <see cref="Fault.Protocol"/>: an answer that makes no sense.
    /// </exception>
    internal Task<HashSet<string>> ListAsync(CancellationToken cancellationToken) =>
        AskAsync(HttpMethod.Get, null, _deadlines.List, KeymanagerAnswers.ReadList, cancellationToken);

    /// <summary>Sends keystores once, and never again by itself.</summary>
    /// <returns>A status for each, in their order.</returns>
    /// <inheritdoc cref="ListAsync"/>
    internal Task<IReadOnlyList<KeymanagerStatus>> ImportAsync(KeystoreBatch batch, CancellationToken cancellationToken) => AskAsync(
        HttpMethod.Post,
        batch,
        _deadlines.List + (batch.Count * _deadlines.ImportEach),
        (json, source) => KeymanagerAnswers.ReadImport(json, source, batch.Count),
        cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        _http.Dispose();

        // Nobody else has this string: it was made here.
        MemoryMarshal.CreateSpan(ref MemoryMarshal.GetReference(_authorization.AsSpan()), _authorization.Length).Clear();
    }

    private static SocketsHttpHandler Handler(KeymanagerAddress address, X509Certificate2Collection? roots, KeymanagerDeadlines deadlines)
    {
        SslClientAuthenticationOptions tls = new() { EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13 };
        if (roots is not null)
        {
            tls.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            tls.CertificateChainPolicy.CustomTrustStore.AddRange(roots);
        }

        return new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = deadlines.Connect,
            MaxResponseHeadersLength = 32,
            MaxConnectionsPerServer = 1,

            // A connection that went stale between two batches would lose an import for nothing.
            PooledConnectionLifetime = TimeSpan.Zero,
            SslOptions = tls,
            ConnectCallback = (context, cancellationToken) => ConnectAsync(address, context.DnsEndPoint, cancellationToken),
        };
    }

    private static async ValueTask<Stream> ConnectAsync(KeymanagerAddress address, DnsEndPoint end, CancellationToken cancellationToken)
    {
        IPAddress[] places = await Dns.GetHostAddressesAsync(end.Host, cancellationToken).ConfigureAwait(false);

        // Whatever the name "localhost" may be made to mean.
        places = address.IsPlain ? [.. places.Where(IPAddress.IsLoopback)] : places;
        if (places.Length == 0)
        {
            throw new SocketException((int)SocketError.HostNotFound);
        }

        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(places, end.Port, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<T> AskAsync<T>(
        HttpMethod method, HttpContent? content, TimeSpan deadline, Reader<T> read, CancellationToken cancellationToken)
    {
        using CancellationTokenSource late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(deadline);
        try
        {
            using HttpRequestMessage request = new(method, new Uri(_address.Root, Route)) { Content = content, Version = HttpVersion.Version11 };
            request.Headers.TryAddWithoutValidation("Authorization", _authorization);
            request.Headers.Accept.ParseAdd("application/json");
            using HttpResponseMessage response =
                await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, late.Token).ConfigureAwait(false);
            byte[] body = await ReadAsync(response, late.Token).ConfigureAwait(false);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                throw Refused(response.StatusCode, KeymanagerAnswers.ReadError(body));
            }

            if (response.Content.Headers.ContentType?.MediaType != "application/json")
            {
                throw Nonsense($"its answer is {response.Content.Headers.ContentType?.MediaType ?? "of no type"}, not application/json", null);
            }

            try
            {
                return read(body, $"the answer of {_address}");
            }
            catch (FaultException fault)
            {
                throw new FaultException(Fault.Protocol, fault.Message, fault.Remedy, fault);
            }
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw Failed("did not answer in time", exception);
        }
        catch (HttpRequestException exception)
        {
            throw exception.HttpRequestError switch
            {
                HttpRequestError.SecureConnectionError => new FaultException(
                    Fault.Io,
                    $"{_address}: TLS failed: {(exception.InnerException ?? exception).Message}",
                    "If the client has a certificate of its own making, give it with --ca FILE; check its names and dates.",
                    exception),
                HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded or HttpRequestError.HttpProtocolError =>
                    Nonsense($"what it answers is no HTTP: {exception.Message}", exception),
                _ => Failed($"failed: {(exception.InnerException ?? exception).Message}", exception),
            };
        }
        catch (IOException exception)
        {
            throw Failed($"broke off: {exception.Message}", exception);
        }
    }

    /// <summary>The body, as far as one may be long.</summary>
    private async Task<byte[]> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        using Stream body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        using MemoryStream all = new();
        byte[] block = new byte[16 << 10];
        int count;
        while ((count = await body.ReadAsync(block, cancellationToken).ConfigureAwait(false)) > 0)
        {
            all.Write(block, 0, count);
            if (all.Length > KeymanagerAnswers.MaxSize)
            {
                throw Nonsense($"its answer has more than {KeymanagerAnswers.MaxSize >> 20} MiB", null);
            }
        }

        return all.ToArray();
    }

    private FaultException Refused(HttpStatusCode code, string? message)
    {
        string said = $"{_address} answers {(int)code}{(message is null ? string.Empty : $": {message}")}";
        return (int)code switch
        {
            401 or 403 => new FaultException(
                Fault.BadInput, $"the validator client refuses the token: {said}", "Give the file that this client wrote its token to, after its last start."),
            404 or 405 or 501 => new FaultException(
                Fault.Unsupported, said, "Switch the client's Keymanager API on (often --keymanager), and name its port, not the beacon node's."),
            >= 300 and < 400 => new FaultException(
                Fault.Protocol, said, "Give the address that it redirects to, if you trust it: keys are never sent where another server says."),
            _ => new FaultException(Fault.Io, said, "Look into the validator client's log, then run it again."),
        };
    }

    private FaultException Failed(string what, Exception cause) => new(
        Fault.Io, $"{_address}: the validator client {what}", "Check that it runs and that its Keymanager API is switched on.", cause);

    private FaultException Nonsense(string what, Exception? cause) => new(
        Fault.Protocol, $"{_address}: {what}", "Check that the address is the Keymanager API's of a validator client.", cause);

    private delegate T Reader<T>(ReadOnlySpan<byte> json, string source);
}
