namespace HwBridge.Emulators.Screens;

/// <summary>What a software device shows before it does something: the firmware's own words, behind a banner.</summary>
/// <param name="Device">Which software device asks, such as <c>Ledger Nano S Plus</c>.</param>
/// <param name="Title">The firmware's title, such as <c>Verify ETH2 address</c>.</param>
/// <param name="Fields">The firmware's pages.</param>
public sealed record ScreenReview(string Device, string Title, IReadOnlyList<ScreenField> Fields)
{
    /// <summary>Stands on every screen, so that nobody takes a software device for a wallet.</summary>
    public const string Banner = "SOFTWARE DEVICE - NOT A WALLET - use no seed that holds money";

    /// <summary>All lines from top to bottom, the banner first, secrets left out.</summary>
    public IEnumerable<string> Lines =>
        [Banner, $"{Device}: {Title}", .. Fields.Select(page => $"  {page.Text}")];
}
