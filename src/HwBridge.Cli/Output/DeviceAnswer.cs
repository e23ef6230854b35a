using HwBridge.Core.KeyStores;

namespace HwBridge.Cli.Output;

/// <summary>One device in the JSON of <c>devices</c> and inside other answers.</summary>
internal sealed record DeviceAnswer(
    string Uri,
    string Maker,
    string? Model,
    string? Firmware,
    AppInfo? App,
    string State,
    IReadOnlyList<string> Capabilities,
    string ValidatorKeyOrigin)
{
    internal static DeviceAnswer Of(KeyStoreInfo info) => new(
        info.Uri,
        info.Maker,
        info.Model,
        info.Firmware,
        info.App,
        CamelCase(info.State),
        [.. Enum.GetValues<KeyStoreCapabilities>().Where(flag => flag != 0 && info.Capabilities.HasFlag(flag)).Select(CamelCase)],
        CamelCase(info.ValidatorKeyOrigin));

    /// <summary>The contract's spelling of an enumeration's member.</summary>
    internal static string CamelCase<T>(T value)
        where T : struct, Enum
    {
        string name = value.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }
}
