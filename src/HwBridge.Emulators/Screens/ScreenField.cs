namespace HwBridge.Emulators.Screens;

/// <summary>One labelled value of a review.</summary>
/// <param name="Label">As the firmware writes it, such as <c>Address</c>.</param>
/// <param name="Value">As the firmware writes it, without line breaks.</param>
/// <param name="IsSecret">A device shows it to its owner; <see cref="Text"/>, which may end in a scrollback or a log, does not have
/// it.</param>
public sealed record ScreenField(string Label, string Value, bool IsSecret = false)
{
    /// <summary>Label and value as they may be written down.</summary>
    public string Text => $"{Label}: {(IsSecret ? "(secret, on the device's own screen only)" : Value)}";

    /// <summary>Without the value when that is secret.</summary>
    public override string ToString() => Text;
}
