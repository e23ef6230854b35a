using System.Globalization;
using System.Net;
using System.Net.Sockets;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.People;
using HwBridge.SigningBridge.Guards;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace HwBridge.SigningBridge;

/// <summary>
/// The signing bridge: other programs of this user ask the device for signatures over a Unix socket or a loopback port, each shown to the
/// person and confirmed on the device. Specification: protocols/hwbridge/bridge.md and bridge.openapi.json.
/// </summary>
public sealed class BridgeServer : IAsyncDisposable
{
    private static readonly TimeSpan LastAnswers = TimeSpan.FromSeconds(3);

    private readonly KestrelServer _server;
    private readonly BridgeApplication _application;
    private readonly ExclusiveUse? _socketLock;
    private readonly string? _socketPath;

    private BridgeServer(KestrelServer server, BridgeApplication application, ExclusiveUse? socketLock, string? socketPath) =>
        (_server, _application, _socketLock, _socketPath) = (server, application, socketLock, socketPath);

    /// <summary>Where it listens: <c>unix:PATH</c> or <c>http://127.0.0.1:PORT</c>.</summary>
    public string Address { get; private set; } = string.Empty;

    /// <summary>Starts it. The device is opened when it is first needed.</summary>
    /// <param name="options">Where, and what for.</param>
    /// <param name="open">Opens the device.</param>
    /// <param name="person">Who is shown each request.</param>
    /// <param name="cancellationToken">Stops the start.</param>
    /// <exception cref="FaultException">
    /// <see cref="Fault.DeviceBusy"/>: another bridge has the socket; <see cref="Fault.Io"/>: the port is taken; and the token file's faults.
    /// </exception>
    public static async Task<BridgeServer> StartAsync(
        BridgeOptions options, Func<CancellationToken, ValueTask<IKeyStore>> open, IPerson person, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(open);
        ArgumentNullException.ThrowIfNull(person);
        ExclusiveUse? socketLock = options.SocketPath is { } path ? TakeSocket(path) : null;
        BridgeApplication? application = null;
        KestrelServer? server = null;
        try
        {
            AccessToken token = await AccessToken.OpenAsync(options.TokenFile, cancellationToken).ConfigureAwait(false);
            application = new BridgeApplication(options, token, open, person);
            server = new KestrelServer(
                Options.Create(Listen(options)),
                new SocketTransportFactory(
                    // A Unix socket refuses whoever comes when so many wait to be accepted; a port lets them wait.
                    Options.Create(new SocketTransportOptions { Backlog = options.Limits.MaxConnections }),
                    NullLoggerFactory.Instance),
                NullLoggerFactory.Instance);
            await server.StartAsync(application, cancellationToken).ConfigureAwait(false);
            BridgeServer bridge = new(server, application, socketLock, options.SocketPath);
            bridge.TellAddresses(options);
            return bridge;
        }
        catch (Exception failure)
        {
            server?.Dispose();
            if (application is not null)
            {
                await application.DisposeAsync().ConfigureAwait(false);
            }

            socketLock?.Dispose();
            throw failure is IOException or SocketException ? NotListening(options, failure) : failure;
        }
    }

    /// <summary>Answers what is under way with the reason, then closes everything.</summary>
    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync().ConfigureAwait(false);
        using CancellationTokenSource patience = new(LastAnswers);
        await _server.StopAsync(patience.Token).ConfigureAwait(false);
        _server.Dispose();
        await _application.DisposeAsync().ConfigureAwait(false);
        if (_socketPath is not null)
        {
            File.Delete(_socketPath);
        }

        _socketLock?.Dispose();
    }

    private static ExclusiveUse TakeSocket(string path)
    {
        string full = Path.GetFullPath(path);
        string folder = Path.GetDirectoryName(full)!;
        PrivateFolder.Create(folder);
        PrivateFolder.Require(folder);
        ExclusiveUse held = ExclusiveUse.Take(full + ".lock", path);

        // Whoever has the lock has no rival: what is there was left by a bridge that was killed.
        File.Delete(full);
        return held;
    }

    private static KestrelServerOptions Listen(BridgeOptions options)
    {
        BridgeLimits limits = options.Limits;
        KestrelServerOptions kestrel = new() { AddServerHeader = false, AllowSynchronousIO = false };
        kestrel.Limits.MaxRequestBodySize = limits.MaxBody;
        kestrel.Limits.MaxConcurrentConnections = limits.MaxConnections;
        kestrel.Limits.MaxConcurrentUpgradedConnections = 0;
        kestrel.Limits.MaxRequestHeaderCount = 50;
        kestrel.Limits.MaxRequestHeadersTotalSize = 16 << 10;
        kestrel.Limits.RequestHeadersTimeout = limits.Headers;
        kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(limits.BodyBytesPerSecond, limits.BodyGrace);
        if (options.SocketPath is { } path)
        {
            kestrel.ListenUnixSocket(Path.GetFullPath(path), static listen => listen.Protocols = HttpProtocols.Http1);
        }

        foreach (int port in (int[])[.. Given(options.Port), .. Given(options.PagePort)])
        {
            if (port == 0)
            {
                kestrel.Listen(IPAddress.Loopback, port, static listen => listen.Protocols = HttpProtocols.Http1);
            }
            else
            {
                kestrel.ListenLocalhost(port, static listen => listen.Protocols = HttpProtocols.Http1);
            }
        }

        return kestrel;
    }

    private static IEnumerable<int> Given(int? port) => port is { } number ? [number] : [];

    private static FaultException NotListening(BridgeOptions options, Exception failure) => new(
        Fault.Io,
        $"the bridge can't listen on {options.SocketPath ?? string.Create(CultureInfo.InvariantCulture, $"port {options.Port}")}: {failure.Message}",
        "Stop the program that has it, or choose another one (--port, --page, --socket).",
        failure);

    private void TellAddresses(BridgeOptions options)
    {
        // In the order in which they were asked for; one on both loopback addresses is one.
        string[] bound = [.. _server.Features.Get<IServerAddressesFeature>()!.Addresses];
        int[] ports = [.. bound.Where(static address => address.StartsWith("http://", StringComparison.Ordinal) && !address.Contains("unix:", StringComparison.Ordinal))
            .Select(static address => new Uri(address).Port)
            .Distinct()];
        int? port = options.Port is null ? null : ports[0];
        int? pagePort = options.PagePort is null ? null : ports[^1];
        if (_socketPath is not null && !OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_socketPath, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        Address = port is { } number ? string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{number}") : $"unix:{_socketPath}";
        _application.Open(pagePort);
    }
}
