using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Protocols.Trezor;

namespace HwBridge.Devices.Trezor;

/// <summary>The dry-run recovery: words on the screen of a Model T and later, places on the screen of a Model One.</summary>
internal sealed class TrezorSeedCheck(TrezorSession session) : ISeedCheck
{
    private static readonly int[] OfModelOne = [12, 18, 24];

    public IReadOnlyList<int> WordCounts => TrezorModel.IsModelOne(session.Features) ? OfModelOne : [];

    public async ValueTask<SeedVerdict> CheckAsync(int? wordCount, CancellationToken cancellationToken)
    {
        if (wordCount is { } count ? !WordCounts.Contains(count) : WordCounts.Count > 0)
        {
            throw WordCounts.Count > 0
                ? new FaultException(
                    Fault.Usage,
                    $"{session.Uri} has to be told how many words there are",
                    "Give --words 12, 18 or 24.")
                : new FaultException(
                    Fault.Usage, $"{session.Uri} asks for the number of words itself", "Leave out --words, and enter the number on the device.");
        }

        try
        {
            return new SeedVerdict(
                IsMatch: true,
                await session.CheckSeedAsync(new CheckSeedCommand(wordCount), Announcement(wordCount), cancellationToken).ConfigureAwait(false));
        }
        catch (FaultException no) when (no.Fault == Fault.Mismatch)
        {
            return new SeedVerdict(IsMatch: false, no.Message);
        }
    }

    private string Announcement(int? wordCount) => wordCount is null
        ? $"{session.Uri}: the device asks for the number of words, then for the words. Enter them there and nowhere else. When they make no "
            + "seed it says so and asks again; Ctrl-C here stops it."
        : $"{session.Uri}: the device shows nine groups of words, then smaller ones, at shuffled places. Type the key of the place where your "
            + "word is, four keys a word: 7 8 9 is the upper row, 1 2 3 the lower; of two columns, 7 4 1 is the left one and 9 6 3 the right "
            + "one. Backspace goes back. The words themselves are never typed on a computer.";
}
