using HwBridge.Backups.Checks;

namespace HwBridge.Cli.Output;

/// <summary>What <c>check</c> or <c>drill run</c> found of one expected key.</summary>
internal sealed record CheckedKeyAnswer(string Pubkey, string? Path, uint? Index, string Status, string Source, string? Found)
{
    internal static CheckedKeyAnswer Of(CheckedKey key) => new(
        key.Expected.PublicKey.ToString(),
        key.Path?.ToString(),
        key.Path?.ValidatorIndex,
        DeviceAnswer.CamelCase(key.Status),
        string.Join(", ", key.Expected.Sources),
        key.Found?.ToString());

    internal void WriteTo(TextWriter text)
    {
        text.WriteLine($"{Status,-9}  {Pubkey}  {Path ?? "no path known"}  ({Source})");
        if (Found is not null)
        {
            text.WriteLine($"           there it has {Found}");
        }
    }
}
