using System.Buffers.Binary;
using System.Text.Json;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;

namespace HwBridge.Transports.Bridge;

/// <summary>A Trezor behind its maker's bridge on this computer: the same 64-byte packets as over USB, which the bridge takes and gives as messages.</summary>
/// <remarks>
/// One device, one session at a time; a session of another program is never taken over, and one that was taken from us is noticed.
/// <code>
///   POST /enumerate               [{"path":"1","session":null,…}]
///   POST /acquire/PATH/PREVIOUS   {"session":"2"}
///   POST /call/SESSION            type u16 | length u32 | payload, in hex, both ways     POST /read/SESSION   one more answer
///   POST /release/SESSION
///
///   packets  ? # # type length payload… | ? payload… | …      message  type length payload
/// </code>
/// A request that is given up closes its connection, upon which the bridge gives the session up: it is acquired anew for what follows.
/// </remarks>
public sealed class BridgeTransport : ITransport
{
    /// <summary>The size of each packet in bytes.</summary>
    public const int PacketSize = 64;

    private const byte Mark = (byte)'?';
    private const int MarkSize = 3;
    private const int HeaderSize = 6;
    private const int MaxMessage = HeaderSize + (64 * 1024);
    private const int Attempts = 3;

    private readonly BridgeClient _client;
    private readonly string _path;

    private string? _session;

    /// <summary>True until a session is acquired, and while nobody knows whether the bridge has given it up with a request.</summary>
    private bool _isInDoubt = true;
    private bool _isTaken;

    /// <summary>A message of which all packets, or only some, are there.</summary>
    private SecretBuffer? _outgoing;
    private int _collected;

    private SecretBuffer? _incoming;
    private int _given;

    private BridgeTransport(BridgeClient client, string uri, string path)
    {
        _client = client;
        _path = path;
        Uri = uri;
    }

    /// <inheritdoc/>
    public string Uri { get; }

    /// <summary>The ports of the bridge: Trezor Suite's, then the older program's.</summary>
    public static IReadOnlyList<int> Ports { get; } = [21328, 21325];

    /// <summary>Finds the bridge and the one device behind it, and acquires a session.</summary>
    /// <param name="uri">The name of the device in messages to the person.</param>
    /// <param name="ports">Where to look.</param>
    /// <param name="cancellationToken">Stops the attempt.</param>
    /// <exception cref="FaultException">
    /// <see cref="Fault.DeviceNotFound"/>: no bridge, or no device; <see cref="Fault.Usage"/>: several devices; <see cref="Fault.DeviceBusy"/>:
    /// another program has a session; <see cref="Fault.Protocol"/>: what answers is no such bridge.
    /// </exception>
    public static async ValueTask<BridgeTransport> ConnectAsync(string uri, IReadOnlyList<int> ports, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(ports);
        foreach (int port in ports)
        {
            BridgeClient client = new(uri, port);
            if (await TryListAsync(client, uri, cancellationToken).ConfigureAwait(false) is not { } devices)
            {
                continue;
            }

            (string path, _) = devices.Count switch
            {
                1 => devices[0],
                0 => throw new FaultException(
                    Fault.DeviceNotFound,
                    $"{uri}: the bridge at port {port} knows no attached Trezor",
                    "Plug it in with a cable that carries data."),
                _ => throw new FaultException(
                    Fault.Usage,
                    $"{uri}: the bridge at port {port} knows {devices.Count} Trezors",
                    "Unplug all but one, or name one of them with --device usb:BUS-PORT; 'hwbridge devices' lists them."),
            };
            BridgeTransport transport = new(client, uri, path);
            await transport.AcquireAsync(cancellationToken).ConfigureAwait(false);
            return transport;
        }

        throw new FaultException(
            Fault.DeviceNotFound,
            $"{uri}: no bridge listens at port {string.Join(" or ", ports)} of this computer",
            "Start Trezor Suite; or use --device trezor, which needs no bridge.");
    }

    /// <inheritdoc/>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(piece.Length, PacketSize, nameof(piece));
        cancellationToken.ThrowIfCancellationRequested();
        if (_outgoing is not null && _collected == _outgoing.Length)
        {
            // Nobody waited for the answer to the message before.
            using BridgeAnswer answer = await RequestAsync("post", cancellationToken).ConfigureAwait(false);
        }

        Collect(piece.Span);
    }

    /// <inheritdoc/>
    public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(buffer.Length, PacketSize, nameof(buffer));
        cancellationToken.ThrowIfCancellationRequested();
        if (_incoming is null)
        {
            bool isAsked = _outgoing is not null && _collected == _outgoing.Length;
            using BridgeAnswer answer = await RequestAsync(isAsked ? "call" : "read", cancellationToken).ConfigureAwait(false);
            _incoming = Decode(answer.Body);
            _given = 0;
        }

        Give(buffer.Span[..PacketSize]);
        return PacketSize;
    }

    /// <inheritdoc/>
    public void Drain() => Forget(ref _incoming);

    /// <summary>Gives the session back.</summary>
    public async ValueTask DisposeAsync()
    {
        Forget(ref _incoming);
        Forget(ref _outgoing);
        if (_session is null)
        {
            return;
        }

        try
        {
            using BridgeAnswer? answer = await _client.PostPromptAsync($"/release/{_session}", CancellationToken.None).ConfigureAwait(false);
        }
        catch (FaultException)
        {
            // A bridge that is gone has forgotten the session.
        }
    }

    private static void Forget(ref SecretBuffer? message)
    {
        message?.Dispose();
        message = null;
    }

    /// <summary>The devices and who has them; null where nobody listens.</summary>
    private static async ValueTask<IReadOnlyList<(string Path, string? Session)>?> TryListAsync(
        BridgeClient client, string uri, CancellationToken cancellationToken)
    {
        using BridgeAnswer? answer = await client.PostPromptAsync("/enumerate", cancellationToken).ConfigureAwait(false);
        return answer switch
        {
            null => null,
            { Status: 403 } => throw new FaultException(
                Fault.Unsupported, $"{uri}: the bridge at port {client.Port} answers only programs of its maker", "Close it and use --device trezor."),
            { Error: { } error } => throw client.Strange($"says \"{error}\""),
            _ => answer.TryRead(list => list.EnumerateArray()
                .Select(device => (Name(device.GetProperty("path")), device.GetProperty("session") is { ValueKind: not JsonValueKind.Null } session ? Name(session) : null))
                .ToArray())
                ?? throw client.Strange("lists devices in a form that is not known"),
        };
    }

    /// <summary>What goes into a path again; FormatException where it could be anything else.</summary>
    private static string Name(JsonElement element) =>
        element.GetString() is { Length: > 0 and <= 128 } name && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? name
            : throw new FormatException();

    private async ValueTask AcquireAsync(CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            IReadOnlyList<(string Path, string? Session)> devices =
                await TryListAsync(_client, Uri, cancellationToken).ConfigureAwait(false) ?? throw TransportFault.WentAway(Uri);
            (string Path, string? Session)[] ours = [.. devices.Where(device => device.Path == _path)];
            if (ours.Length == 0)
            {
                throw TransportFault.WentAway(Uri);
            }

            string? previous = ours[0].Session;
            if (previous is not null && previous != _session)
            {
                throw Taken();
            }

            using BridgeAnswer answer =
                await _client.PostPromptAsync($"/acquire/{_path}/{previous ?? "null"}", cancellationToken).ConfigureAwait(false) ?? throw TransportFault.WentAway(Uri);
            switch (answer.Error)
            {
                case null:
                    _session = answer.TryRead(acquired => Name(acquired.GetProperty("session"))) ?? throw _client.Strange("gave a session that is not known");
                    _isInDoubt = false;
                    return;
                case "wrong previous session" when attempt < Attempts:
                    // It gives up a session a moment after the connection closed.
                    break;
                case string error:
                    throw ToFault(error);
            }
        }
    }

    private async ValueTask<BridgeAnswer> RequestAsync(string verb, CancellationToken cancellationToken)
    {
        if (_isTaken)
        {
            throw Taken();
        }

        if (_isInDoubt)
        {
            await AcquireAsync(cancellationToken).ConfigureAwait(false);
        }

        BridgeAnswer? answer = null;
        try
        {
            using SecretBuffer hex = SecretBuffer.Allocate(verb == "read" ? 0 : 2 * _outgoing!.Length);
            if (verb != "read")
            {
                Convert.TryToHexStringLower(_outgoing!.Span, hex.Span, out _);
                Forget(ref _outgoing);
            }

            _isInDoubt = true;
            answer = await _client.PostAsync($"/{verb}/{_session}", hex.Memory, cancellationToken).ConfigureAwait(false) ?? throw TransportFault.WentAway(Uri);
            _isInDoubt = false;
            if (answer.Error is { } error)
            {
                throw ToFault(error);
            }

            BridgeAnswer good = answer;
            answer = null;
            return good;
        }
        finally
        {
            answer?.Dispose();
        }
    }

    private FaultException ToFault(string error)
    {
        switch (error)
        {
            case "session not found" or "wrong previous session" or "other call in progress":
                _isTaken = true;
                return Taken();
            case "device not found" or "device disconnected during action" or "closed device":
                return TransportFault.WentAway(Uri);
            default:
                return _client.Strange($"says \"{error}\"");
        }
    }

    private FaultException Taken() => new(
        Fault.DeviceBusy,
        $"{Uri}: another program has a session with the Trezor at the bridge",
        "Close that program, or its tab in the browser, then run the command again.");

    private void Collect(ReadOnlySpan<byte> packet)
    {
        if (packet.StartsWith("?##"u8) && _outgoing is null)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(packet[(MarkSize + sizeof(ushort))..]);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(length, (uint)(MaxMessage - HeaderSize), nameof(packet));
            _outgoing = SecretBuffer.Allocate(HeaderSize + (int)length);
            _collected = 0;
            Append(packet[MarkSize..]);
        }
        else if (packet[0] == Mark && _outgoing is not null)
        {
            Append(packet[1..]);
        }
        else
        {
            // The packet that ends an unfinished message: the bridge has never heard of that one.
            Forget(ref _outgoing);
        }
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        bytes = bytes[..Math.Min(bytes.Length, _outgoing!.Length - _collected)];
        bytes.CopyTo(_outgoing.Span[_collected..]);
        _collected += bytes.Length;
    }

    private SecretBuffer Decode(ReadOnlySpan<byte> hex)
    {
        SecretBuffer message = SecretBuffer.Allocate(Math.Min(hex.Length, 2 * MaxMessage) / 2);
        if (Convert.FromHexString(hex, message.Span, out _, out int count) == System.Buffers.OperationStatus.Done
            && count >= HeaderSize
            && BinaryPrimitives.ReadUInt32BigEndian(message.Span[sizeof(ushort)..]) == count - HeaderSize)
        {
            return message;
        }

        message.Dispose();
        throw _client.Strange("gave an answer that is no message in hex");
    }

    private void Give(Span<byte> packet)
    {
        packet.Clear();
        int mark = _given == 0 ? MarkSize : 1;
        "?##"u8[..mark].CopyTo(packet);
        int count = Math.Min(PacketSize - mark, _incoming!.Length - _given);
        _incoming.Span.Slice(_given, count).CopyTo(packet[mark..]);
        _given += count;
        if (_given == _incoming.Length)
        {
            Forget(ref _incoming);
        }
    }
}
