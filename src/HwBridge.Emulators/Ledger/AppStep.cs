using HwBridge.Emulators.Screens;

namespace HwBridge.Emulators.Ledger;

/// <summary>What the app does about one APDU.</summary>
/// <param name="Status">The status word, once any review is approved.</param>
/// <param name="Data">The data before it.</param>
/// <param name="Review">What has to be approved first.</param>
/// <param name="Keeps">True when the answer stands behind what the buffer still holds (a malformed length).</param>
internal readonly record struct AppStep(ushort Status, byte[] Data, ScreenReview? Review = null, bool Keeps = false)
{
    internal static AppStep Of(ushort status) => new(status, []);
}
