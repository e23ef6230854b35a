using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using HwBridge.Emulators.Trezor;
using HwBridge.Transports;

namespace HwBridge.Shared.Bridge;

/// <summary>
/// Behaves like the maker's bridge (trezord 2.0.33): paths, forms, refusals, sessions and their end with a request that is given up. Behind it
/// are software Trezors.
/// </summary>
internal sealed class TestBridge : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ITransport[] _devices;
    private readonly string?[] _sessions;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _requests = [];
    private readonly SemaphoreSlim _calling = new(1, 1);
    private readonly Task _accepting;
    private int _lastSession;

    internal TestBridge(params SoftwareTrezor[] devices)
    {
        _devices = [.. devices.Select(device => device.Connect())];
        _sessions = new string?[devices.Length];
        _listener.Start();
        _accepting = AcceptAsync();
    }

    internal int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Every request, as <c>/verb/…</c>.</summary>
    internal List<string> Requests { get; } = [];

    /// <summary>The sessions that devices are in; null for none.</summary>
    internal IReadOnlyList<string?> Sessions => _sessions;

    /// <summary>Answers this instead, to whatever is asked next.</summary>
    internal string? Instead { get; set; }

    /// <summary>Another program takes a device over, as a page that the person confirmed may.</summary>
    internal void Steal(int device) => _sessions[device] = $"{++_lastSession}";

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(_requests).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (ITransport device in _devices)
        {
            await device.DisposeAsync();
        }
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
            lock (_requests)
            {
                _requests.Add(ServeAsync(client));
            }
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            NetworkStream stream = client.GetStream();
            using StreamReader reader = new(stream, Encoding.ASCII, leaveOpen: true);
            string path = (await reader.ReadLineAsync(_stop.Token))!.Split(' ')[1];
            string? origin = null;
            int length = 0;
            while (await reader.ReadLineAsync(_stop.Token) is { Length: > 0 } header)
            {
                string[] parts = header.Split(": ", 2);
                origin = parts[0].Equals("origin", StringComparison.OrdinalIgnoreCase) ? parts[1] : origin;
                length = parts[0].Equals("content-length", StringComparison.OrdinalIgnoreCase) ? int.Parse(parts[1], CultureInfo.InvariantCulture) : length;
            }

            char[] body = new char[length];
            if (length > 0)
            {
                await reader.ReadBlockAsync(body, _stop.Token);
            }

            lock (Requests)
            {
                Requests.Add(path);
            }

            if (Instead is { } instead)
            {
                await stream.WriteAsync(Encoding.ASCII.GetBytes(instead), _stop.Token);
                return;
            }

            // As there: pages of the maker, and what is developed on this computer.
            bool isWelcome = origin is not null && (origin.EndsWith(".trezor.io", StringComparison.Ordinal) || origin.StartsWith("http://localhost:8", StringComparison.Ordinal));
            (int status, string answer) = isWelcome ? await AnswerAsync(path.Trim('/').Split('/'), new string(body), stream) : (403, string.Empty);
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status} X\r\nContent-Length: {answer.Length}\r\nConnection: close\r\n\r\n{answer}"), _stop.Token);
        }
    }

    private async Task<(int Status, string Answer)> AnswerAsync(string[] path, string body, NetworkStream client)
    {
        switch (path)
        {
            case ["configure"]:
                return (200, "{\"version\":\"2.0.33\"}\n");
            case ["enumerate"]:
                return (200, JsonSerializer.Serialize(_devices.Select((_, i) => new { path = $"{i + 1}", vendor = 0x1209, product = 0x53c1, debug = false, session = _sessions[i] })) + "\n");
            case ["acquire", string device, ..]:
                int index = int.Parse(device, CultureInfo.InvariantCulture) - 1;
                string? previous = path.Length > 2 && path[2] != "null" ? path[2] : null;
                if (_sessions[index] != previous)
                {
                    return Refuse("wrong previous session");
                }

                _sessions[index] = $"{++_lastSession}";
                return (200, $"{{\"session\":\"{_sessions[index]}\"}}\n");
            case [string verb, string session]:
                int found = Array.IndexOf(_sessions, session);
                return found < 0 ? Refuse("session not found") : await UseAsync(verb, found, body, client);
            default:
                return (404, string.Empty);
        }
    }

    private async Task<(int Status, string Answer)> UseAsync(string verb, int device, string body, NetworkStream client)
    {
        string session = _sessions[device]!;
        if (verb == "release")
        {
            _sessions[device] = null;
            return (200, $"{{\"session\":\"{session}\"}}\n");
        }

        if (!await _calling.WaitAsync(0))
        {
            return Refuse("other call in progress");
        }

        using CancellationTokenSource gone = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        Task watching = WatchAsync(client, gone);
        try
        {
            if (verb is "call" or "post")
            {
                byte[] message = Convert.FromHexString(body);
                if (message.Length < 6 || BinaryPrimitives.ReadUInt32BigEndian(message.AsSpan(2)) != message.Length - 6)
                {
                    return Refuse("malformed data");
                }

                await WriteAsync(_devices[device], message, gone.Token);
            }

            return (200, verb == "post" ? string.Empty : Convert.ToHexStringLower(await ReadAsync(_devices[device], gone.Token)));
        }
        catch (OperationCanceledException)
        {
            _sessions[device] = _sessions[device] == session ? null : _sessions[device];
            throw;
        }
        finally
        {
            _calling.Release();
            await gone.CancelAsync();
            await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task WatchAsync(NetworkStream client, CancellationTokenSource gone)
    {
        byte[] nothing = new byte[1];
        try
        {
            await client.ReadExactlyAsync(nothing, gone.Token);
        }
        catch (IOException)
        {
            await gone.CancelAsync();
        }
    }

    private static (int Status, string Answer) Refuse(string error) => (400, $"{{\"error\":\"{error}\"}}\n");

    private static async Task WriteAsync(ITransport device, byte[] message, CancellationToken cancellationToken)
    {
        byte[] packet = new byte[64];
        "?##"u8.CopyTo(packet);
        for (int at = 0, mark = 3; at < message.Length; mark = 1)
        {
            int count = Math.Min(64 - mark, message.Length - at);
            packet.AsSpan(mark).Clear();
            message.AsSpan(at, count).CopyTo(packet.AsSpan(mark));
            await device.SendAsync(packet, cancellationToken);
            at += count;
        }
    }

    private static async Task<byte[]> ReadAsync(ITransport device, CancellationToken cancellationToken)
    {
        byte[] packet = new byte[64];
        List<byte> message = [];
        await device.ReceiveAsync(packet, cancellationToken);
        message.AddRange(packet[3..]);
        int length = 6 + BinaryPrimitives.ReadInt32BigEndian(packet.AsSpan(5));
        while (message.Count < length)
        {
            await device.ReceiveAsync(packet, cancellationToken);
            message.AddRange(packet[1..]);
        }

        return [.. message.Take(length)];
    }
}
