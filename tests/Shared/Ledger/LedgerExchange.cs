using System.Text.Json;

namespace HwBridge.Shared.Ledger;

/// <summary>One APDU of a recording and what came back.</summary>
/// <param name="Apdu">What the host sent; empty where only the person did something.</param>
/// <param name="Response">Data and status word; null where nothing came.</param>
/// <param name="UserAction">none, approve or reject.</param>
/// <param name="Note">The recorder's note.</param>
/// <param name="Screens">The texts on the screens, where they were recorded.</param>
internal sealed record LedgerExchange(byte[] Apdu, byte[]? Response, string UserAction, string? Note, IReadOnlyList<string> Screens)
{
    internal byte Ins => Apdu.Length > 1 ? Apdu[1] : (byte)0;

    public override string ToString() => $"{Convert.ToHexStringLower(Apdu)} {UserAction} {Note}";

    internal static LedgerExchange Read(JsonElement exchange) => new(
        Convert.FromHexString(exchange.GetProperty("apdu").GetString()!),
        exchange.GetProperty("response").GetString() is { } response ? Convert.FromHexString(response) : null,
        exchange.GetProperty("user_action").GetString()!,
        exchange.TryGetProperty("note", out JsonElement note) ? note.GetString() : null,
        exchange.TryGetProperty("screens", out JsonElement screens)
            ? [.. Lines(screens)]
            : []);

    /// <summary>Several reviews for one APDU are a list more.</summary>
    private static IEnumerable<string> Lines(JsonElement screens) =>
        screens.ValueKind == JsonValueKind.String ? [screens.GetString()!] : screens.EnumerateArray().SelectMany(Lines);
}
