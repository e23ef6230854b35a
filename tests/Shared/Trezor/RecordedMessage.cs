using System.Buffers.Binary;
using System.Text.Json;

namespace HwBridge.Shared.Trezor;

/// <summary>One message of a <see cref="Recording"/>.</summary>
/// <param name="FromHost">Who sent it.</param>
/// <param name="Type">Its type; null where nothing came, or loose packets that make no message.</param>
/// <param name="Payload">The protobuf; null where the packets are not a whole message of their own.</param>
/// <param name="Packets">All packets, 64 bytes each.</param>
internal sealed record RecordedMessage(bool FromHost, int? Type, byte[]? Payload, IReadOnlyList<byte[]> Packets)
{
    /// <summary>What the person did then: <c>yes</c>, <c>no</c>, or in words.</summary>
    internal string? Debuglink { get; init; }

    /// <summary>At a PinMatrixAck: the digits of the keypad that the device showed, in the order of its positions.</summary>
    internal string? Matrix { get; init; }

    /// <summary>At a WordAck: the position in the seed that the device's screen asked for, 0 for a fake word; null where none was noted.</summary>
    internal int? WordPosition { get; init; }

    /// <summary>At a WordAck: the fake word on the device's screen, or empty.</summary>
    internal string? FakeWord { get; init; }

    /// <summary>Which of two hosts.</summary>
    internal string? Host { get; init; }

    /// <summary>Type and payload as the framing carries them.</summary>
    internal byte[] Whole => [(byte)(Type!.Value >> 8), (byte)Type.Value, .. Payload!];

    /// <summary>False for silence, and for what the recorder broke on purpose.</summary>
    internal bool IsWhole => this is { Type: not null, Payload: not null, Packets.Count: > 0 }
        && Packets[0].AsSpan().StartsWith("?##"u8)
        && BinaryPrimitives.ReadUInt32BigEndian(Packets[0].AsSpan(5)) == Payload.Length;

    internal static RecordedMessage Read(JsonElement exchange) => new(
        exchange.GetProperty("direction").GetString() == "host",
        exchange.GetProperty("type") is { ValueKind: JsonValueKind.Number } type ? type.GetInt32() : null,
        exchange.GetProperty("payload") is { ValueKind: JsonValueKind.String } payload ? Convert.FromHexString(payload.GetString()!) : null,
        exchange.GetProperty("packets") is { ValueKind: JsonValueKind.Array } packets
            ? [.. packets.EnumerateArray().Select(packet => Convert.FromHexString(packet.GetString()!))]
            : [])
    {
        Debuglink = Text(exchange, "debuglink"),
        Matrix = Text(exchange, "matrix"),
        Host = Text(exchange, "host"),
        WordPosition = exchange.TryGetProperty("screen", out JsonElement screen) ? screen.GetProperty("word_pos").GetInt32() : null,
        FakeWord = exchange.TryGetProperty("screen", out screen) ? Text(screen, "fake_word") : null,
    };

    private static string? Text(JsonElement exchange, string name) =>
        exchange.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;
}
