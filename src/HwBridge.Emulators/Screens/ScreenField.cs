namespace HwBridge.Emulators.Screens;

/// <summary>One labelled value of a review.</summary>
/// <param name="Label">As the firmware writes it, such as <c>Address</c>.</param>
/// <param name="Value">As the firmware writes it, without line breaks.</param>
public sealed record ScreenField(string Label, string Value);
