using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using HwBridge.Backups;
using HwBridge.Core.Bip32;
using HwBridge.Core.Bls;
using HwBridge.Core.Eip2333;
using HwBridge.Core.Eip2334;
using HwBridge.Core.Eip2335;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Secrets;
using HwBridge.Devices;
using HwBridge.Emulators.Ledger;
using HwBridge.Emulators.Screens;
using HwBridge.Emulators.Seeds;
using HwBridge.Emulators.Trezor;
using HwBridge.SigningBridge;

namespace HwBridge.Shared.SigningBridge;

/// <summary>A bridge on a free port, in front of a software Ledger behind its own TCP port, or of a software Trezor behind a UDP port.</summary>
internal sealed class TestBridge : IAsyncDisposable
{
    /// <summary>The first account of the published seed.</summary>
    internal const string Account = "0xdad77910dbdfde764fc21fcd4e74d71bbaca6d8d";

    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hwbridge-bridge-");
    private SoftwareLedger? _ledger;
    private ApduSocketServer? _socket;
    private SoftwareTrezor? _trezor;
    private TrezorUdpServer? _packets;
    private Bip39Mnemonic? _mnemonic;
    private BridgeServer? _server;

    private TestBridge()
    {
    }

    /// <summary>The software Ledger's settings; null in front of a Trezor.</summary>
    internal EthereumAppSettings? Settings => _ledger?.EthereumSettings;

    internal QuietPerson Person { get; } = new();

    internal StringWriter Log { get; } = new();

    /// <summary>The device; one client at a time.</summary>
    internal string DeviceAddress { get; private set; } = string.Empty;

    internal string Url => _server!.Address;

    internal int Port => new Uri(Url).Port;

    internal string TokenFile => Path.Combine(_folder.FullName, "state", "token");

    internal string SocketPath => Path.Combine(_folder.FullName, "run", "bridge.sock");

    internal HttpClient Client { get; private set; } = new();

    /// <summary>Starts one.</summary>
    /// <param name="screen">Of the device; approves everything unless told.</param>
    /// <param name="change">Other options.</param>
    /// <param name="wrap">Puts something between the bridge and the device.</param>
    /// <param name="overSocket">Listen on a Unix socket instead of a port.</param>
    /// <param name="isTrezor">A Model T instead of the Ledger.</param>
    /// <param name="withBackup">Signs from a backup of the published seed's first validator, sealed to its Ledger.</param>
    /// <param name="reroute">From the device's address to that of a relay in front of it.</param>
    internal static async Task<TestBridge> StartAsync(
        IDeviceScreen? screen = null,
        Func<BridgeOptions, BridgeOptions>? change = null,
        Func<IKeyStore, IKeyStore>? wrap = null,
        bool overSocket = false,
        bool isTrezor = false,
        bool withBackup = false,
        Func<string, string>? reroute = null)
    {
        TestBridge bridge = new();
        screen ??= new PolicyScreen(approve: true);
        string uri = isTrezor ? bridge.PlugInTrezor(screen) : bridge.PlugIn(screen, 0);
        bridge.DeviceAddress = uri;
        string asked = reroute?.Invoke(uri) ?? uri;
        BridgeOptions options = new()
        {
            Port = overSocket ? null : 0,
            SocketPath = overSocket ? bridge.SocketPath : null,
            TokenFile = bridge.TokenFile,
            Accounts = [Path0],
            Validators = [ValidatorKeyPath.Signing(0)],
            Backup = withBackup ? await bridge.MakeBackupAsync() : null,
            Log = bridge.Log,
        };
        bridge._server = await BridgeServer.StartAsync(
            change?.Invoke(options) ?? options,
            async token =>
            {
                IKeyStore opened = await DeviceConnector.OpenAsync(DeviceUri.Parse(asked), new ConnectOptions(), bridge.Person, token);
                return wrap?.Invoke(opened) ?? opened;
            },
            bridge.Person,
            CancellationToken.None);
        bridge.Client = overSocket ? new HttpClient(new SocketsHttpHandler { ConnectCallback = bridge.ConnectAsync }) : new HttpClient();
        bridge.Client.BaseAddress = new Uri(overSocket ? "http://localhost/" : bridge.Url);
        bridge.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", bridge.Token);
        bridge.Client.Timeout = Patience;
        return bridge;
    }

    internal static Bip32Path Path0 { get; } = Bip32Path.TryParse("m/44'/60'/0'/0/0", out Bip32Path? path) ? path : throw new InvalidOperationException();

    internal string Token => File.ReadAllText(TokenFile).Trim();

    /// <summary>A JSON-RPC call; the whole answer object.</summary>
    internal async Task<JsonElement> CallAsync(string method, string parameters, CancellationToken cancellationToken = default)
    {
        using HttpResponseMessage answer = await Client.PostAsync(
            "/", Json($"{{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"{method}\",\"params\":{parameters}}}"), cancellationToken);
        string text = await answer.Content.ReadAsStringAsync(cancellationToken);
        using JsonDocument document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    internal Task<JsonElement> SignMessageAsync(string hex = "0x68656c6c6f", CancellationToken cancellationToken = default) =>
        CallAsync("personal_sign", $"[\"{hex}\",\"{Account}\"]", cancellationToken);

    internal static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    internal static int Code(JsonElement answer) => answer.GetProperty("error").GetProperty("code").GetInt32();

    /// <summary>Sends raw bytes, and reads all that comes back until the end.</summary>
    internal async Task<string> RawAsync(string request)
    {
        using Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        using CancellationTokenSource patience = new(Patience);
        await socket.ConnectAsync("127.0.0.1", Port, patience.Token);
        await socket.SendAsync(Encoding.ASCII.GetBytes(request), patience.Token);
        using NetworkStream stream = new(socket);
        using StreamReader reader = new(stream);
        return await reader.ReadToEndAsync(patience.Token);
    }

    /// <summary>Takes the device away, in the middle of whatever it does.</summary>
    internal async Task<int> UnplugAsync()
    {
        int port = _socket!.EndPoint.Port;
        await _socket.DisposeAsync();
        await _ledger!.DisposeAsync();
        return port;
    }

    internal string PlugIn(IDeviceScreen screen, int port)
    {
        using SecretBuffer seed = DeriveSeed();
        _ledger = new SoftwareLedger(seed.Span, screen);
        _socket = ApduSocketServer.Start(_ledger, port);
        return $"ledger+tcp://{_socket.EndPoint}";
    }

    private static SecretBuffer DeriveSeed()
    {
        using Bip39Mnemonic mnemonic = Bip39Mnemonic.Parse(
            "glory promote mansion idle axis finger extra february uncover one trip resource "
            + "lawn turtle enact monster seven myth punch hobby comfort wild raise skin");
        return mnemonic.DeriveSeed();
    }

    private async Task<string> MakeBackupAsync()
    {
        using SecretBuffer seed = DeriveSeed();
        using BlsSecretKey master = Eip2333KeyDerivation.DeriveMaster(seed.Span);
        using BlsSecretKey key = Eip2333KeyDerivation.Derive(master, ValidatorKeyPath.Signing(0));
        using SecretBuffer password = SecretBuffer.CopyOf("a password of a test"u8);
        Keystore keystore = Keystore.Encrypt(key, ValidatorKeyPath.Signing(0), password, KeystoreKdf.Pbkdf2, CancellationToken.None);
        await using IKeyStore device = await DeviceConnector.OpenAsync(
            DeviceUri.Parse(DeviceAddress), new ConnectOptions(), Person, CancellationToken.None);
        X25519PublicKey recipient = await device.Require<ISealing>("seal backups").GetPublicKeyAsync(confirm: false, CancellationToken.None);
        BackupReceipt receipt = await BackupCreator.CreateAsync(
            new BackupRequest
            {
                Keystores = [new KeystoreInput(keystore, password)],
                Recipients = [recipient],
                Files = [Path.Combine(_folder.FullName, "backup.age")],
            },
            progress: null,
            CancellationToken.None);
        return receipt.Files[0];
    }

    private string PlugInTrezor(IDeviceScreen screen)
    {
        _mnemonic = Bip39Mnemonic.Parse("all all all all all all all all all all all all");
        _trezor = new SoftwareTrezor(new SoftwareTrezorOptions { Mnemonic = _mnemonic, Label = "HwBridge" }, screen);
        _packets = TrezorUdpServer.Start(_trezor, 0);
        return $"trezor+udp://{_packets.EndPoint}";
    }

    internal async Task StopAsync()
    {
        if (_server is { } server)
        {
            _server = null;
            await server.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Client.Dispose();
        foreach (IAsyncDisposable? part in (IAsyncDisposable?[])[_socket, _ledger, _packets, _trezor])
        {
            await (part?.DisposeAsync() ?? ValueTask.CompletedTask);
        }

        _mnemonic?.Dispose();
        await Log.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath), cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }
}
