using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using HwBridge.Core.Bls;
using HwBridge.Core.Eip2335;
using HwBridge.Core.Eip3076;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;
using HwBridge.Core.Ssz;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HwBridge.Shared.Keymanager;

/// <summary>
/// The key store of a validator client behind the Keymanager API, strictly as its public OpenAPI document has it
/// (ethereum/keymanager-APIs, apis/local_keystores.yaml): it decrypts each keystore to believe it.
/// </summary>
internal sealed class KeymanagerServer : IAsyncDisposable
{
    private const int MaxRequest = 1 << 20;

    private readonly WebApplication _application;
    private readonly string _token;
    private readonly Bytes32 _genesisValidatorsRoot;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, string> _keys = [];
    private readonly List<string> _requests = [];
    private readonly List<SlashingHistory> _histories = [];
    private readonly HashSet<string> _passwordHashes = [];

    private KeymanagerServer(WebApplication application, string token, Bytes32 genesisValidatorsRoot) =>
        (_application, _token, _genesisValidatorsRoot) = (application, token, genesisValidatorsRoot);

    /// <summary>Its address, such as http://127.0.0.1:5062.</summary>
    internal string Url { get; private set; } = string.Empty;

    /// <summary>What happens in place of its work, when it returns true; for servers that are not as they should be.</summary>
    internal Func<HttpContext, Task<bool>>? Interfere { get; set; }

    /// <summary>What an import becomes before it is answered: lost statuses, others, more.</summary>
    internal Func<List<object>, object>? Twist { get; set; }

    /// <summary>Method and size of the body of each request that was let in.</summary>
    internal IReadOnlyList<string> Requests => Locked(() => _requests.ToArray());

    /// <summary>The public keys that it has, 0x and hex.</summary>
    internal IReadOnlyList<string> Keys => Locked(() => _keys.Keys.ToArray());

    /// <summary>The paths that the keystores said, by public key.</summary>
    internal IReadOnlyDictionary<string, string> Paths => Locked(() => new Dictionary<string, string>(_keys));

    /// <summary>The histories that it was given.</summary>
    internal IReadOnlyList<SlashingHistory> Histories => Locked(() => _histories.ToArray());

    /// <summary>SHA-256 of each password that opened a keystore.</summary>
    internal IReadOnlyCollection<string> PasswordHashes => Locked(() => _passwordHashes.ToArray());

    /// <summary>Starts on a free port of this computer.</summary>
    /// <param name="token">The bearer token.</param>
    /// <param name="genesisValidatorsRoot">The chain.</param>
    /// <param name="certificate">For TLS; null for plain HTTP.</param>
    /// <param name="port">0 for any.</param>
    internal static async Task<KeymanagerServer> StartAsync(
        string token, Bytes32 genesisValidatorsRoot, X509Certificate2? certificate = null, int port = 0)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.Limits.MaxRequestBodySize = MaxRequest;
            options.Listen(IPAddress.Loopback, port, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                if (certificate is not null)
                {
                    listen.UseHttps(certificate);
                }
            });
        });
        builder.WebHost.UseKestrelHttpsConfiguration();
        WebApplication application = builder.Build();
        KeymanagerServer server = new(application, token, genesisValidatorsRoot);
        application.Run(server.AnswerAsync);
        await application.StartAsync().ConfigureAwait(false);
        server.Url = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return server;
    }

    /// <summary>A key that it has from before.</summary>
    internal void Add(BlsPublicKey key) => Locked(() => _keys[key.ToString()] = string.Empty);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _application.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        if (Interfere is { } interfere && await interfere(context).ConfigureAwait(false))
        {
            return;
        }

        string[] authorization = context.Request.Headers.Authorization.ToString().Split(' ');
        if (authorization is not ["Bearer", { Length: > 0 } token])
        {
            await FailAsync(context, 401, "no token is found").ConfigureAwait(false);
        }
        else if (token != _token)
        {
            await FailAsync(context, 403, "the token is invalid").ConfigureAwait(false);
        }
        else if (context.Request.Path != "/eth/v1/keystores" || context.Request.QueryString.HasValue)
        {
            await FailAsync(context, 404, "no such route").ConfigureAwait(false);
        }
        else if (!context.Request.Headers.Accept.ToString().Contains("application/json", StringComparison.Ordinal))
        {
            await FailAsync(context, 400, "the answer is application/json").ConfigureAwait(false);
        }
        else
        {
            using MemoryStream body = new();
            await context.Request.Body.CopyToAsync(body).ConfigureAwait(false);
            Locked(() => _requests.Add($"{context.Request.Method} {body.Length}"));
            switch (context.Request.Method)
            {
                case "GET":
                    await GiveAsync(context, 200, new { data = Locked(List) }).ConfigureAwait(false);
                    break;
                case "POST" when context.Request.ContentType is not { } type || !type.StartsWith("application/json", StringComparison.Ordinal):
                    await FailAsync(context, 400, "the body must be application/json").ConfigureAwait(false);
                    break;
                case "POST":
                    await ImportAsync(context, body.ToArray()).ConfigureAwait(false);
                    break;
                default:
                    await FailAsync(context, 405, "no such method").ConfigureAwait(false);
                    break;
            }
        }
    }

    private object[] List() =>
        [.. _keys.Select(object (pair) => new { validating_pubkey = pair.Key, derivation_path = pair.Value, @readonly = false })];

    private async Task ImportAsync(HttpContext context, byte[] body)
    {
        List<object> statuses = [];
        try
        {
            using JsonDocument request = JsonDocument.Parse(body);
            string[] keystores = Strings(request.RootElement, "keystores");
            string[] passwords = Strings(request.RootElement, "passwords");
            if (keystores.Length != passwords.Length || keystores.Length == 0)
            {
                throw new FormatException($"{passwords.Length} passwords for {keystores.Length} keystores");
            }

            string[] unknown = [.. request.RootElement.EnumerateObject().Select(one => one.Name).Except(["keystores", "passwords", "slashing_protection"])];
            if (unknown.Length > 0)
            {
                throw new FormatException($"no such member: {unknown[0]}");
            }

            if (request.RootElement.TryGetProperty("slashing_protection", out JsonElement protection))
            {
                SlashingHistory history = SlashingHistory.Parse(Encoding.UTF8.GetBytes(protection.GetString()!), "slashing_protection");
                if (history.GenesisValidatorsRoot != _genesisValidatorsRoot)
                {
                    throw new FormatException("the history is of another chain");
                }

                Locked(() => _histories.Add(history));
            }

            foreach ((string keystore, string password) in keystores.Zip(passwords))
            {
                statuses.Add(Import(keystore, password));
            }
        }
        catch (Exception exception) when (exception is FormatException or JsonException or InvalidOperationException or FaultException)
        {
            await FailAsync(context, 400, exception.Message).ConfigureAwait(false);
            return;
        }

        await GiveAsync(context, 200, Twist?.Invoke(statuses) ?? new { data = statuses }).ConfigureAwait(false);
    }

    private object Import(string keystore, string password)
    {
        try
        {
            Keystore parsed = Keystore.Parse(Encoding.UTF8.GetBytes(keystore), "keystore");
            using SecretBuffer secret = SecretBuffer.CopyOf(Encoding.UTF8.GetBytes(password));
            using BlsSecretKey key = parsed.Decrypt(secret, CancellationToken.None);
            Locked(() => _passwordHashes.Add(Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(password)))));
            return Locked(() => _keys.TryAdd(key.GetPublicKey().ToString(), parsed.Path)) ? new { status = "imported" } : new { status = "duplicate" };
        }
        catch (FaultException fault)
        {
            return new { status = "error", message = fault.Message };
        }
    }

    private static string[] Strings(JsonElement request, string name) =>
        [.. request.GetProperty(name).EnumerateArray().Select(static one => one.GetString() ?? throw new FormatException("a string is null"))];

    private static Task FailAsync(HttpContext context, int status, string message) => GiveAsync(context, status, new { message });

    private static async Task GiveAsync(HttpContext context, int status, object document)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(document);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.ContentLength = json.Length;
        await context.Response.Body.WriteAsync(json).ConfigureAwait(false);
    }

    private T Locked<T>(Func<T> action)
    {
        lock (_lock)
        {
            return action();
        }
    }

    private void Locked(Action action)
    {
        lock (_lock)
        {
            action();
        }
    }
}
