namespace HwBridge.UsbVm.Guest;

/// <summary>What became of one case.</summary>
/// <param name="Name">Its method's name.</param>
/// <param name="Passed">Whether everything was as expected.</param>
/// <param name="Seconds">How long it took, in the guest.</param>
/// <param name="Words">What it measured, or why it failed.</param>
/// <param name="Quotes">What a person was told, word for word.</param>
public sealed record CaseResult(string Name, bool Passed, double Seconds, string Words, IReadOnlyList<string> Quotes);
