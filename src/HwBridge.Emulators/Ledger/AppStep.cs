using HwBridge.Emulators.Screens;
using HwBridge.Protocols.Ledger;

namespace HwBridge.Emulators.Ledger;

/// <summary>What the app does about one APDU.</summary>
/// <param name="Status">The status word, once any review is approved.</param>
/// <param name="Data">The data before it.</param>
/// <param name="Review">What has to be approved, or answered by typing, first.</param>
/// <param name="Keeps">True when the answer stands behind what the buffer still holds (a malformed length).</param>
internal readonly record struct AppStep(ushort Status, byte[] Data, ScreenReview? Review = null, bool Keeps = false)
{
    /// <summary>No answer at all.</summary>
    internal static AppStep Silent { get; } = Of(0) with { Fate = AppFate.Silent };

    internal AppFate Fate { get; init; }

    /// <summary>What follows from the buttons, where that is more than <see cref="StatusWords.Rejected"/> for no.</summary>
    internal Func<bool, AppStep>? Pressed { get; init; }

    /// <summary>What follows from the keypad, where the review is one; null is the way back.</summary>
    internal Func<string?, AppStep>? Typed { get; init; }

    internal static AppStep Of(ushort status) => new(status, []);

    /// <summary>The step after the buttons were pressed.</summary>
    internal AppStep After(bool approved)
    {
        if (Pressed is { } pressed)
        {
            return pressed(approved);
        }

        if (approved)
        {
            return this with { Review = null };
        }

        Array.Clear(Data);
        return Of(StatusWords.Rejected);
    }
}
