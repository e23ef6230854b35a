namespace HwBridge.Devices.Trezor;

/// <summary>How long a Trezor may take.</summary>
/// <param name="Packet">For all packets of one message.</param>
/// <param name="Synchronise">For each answer, and all that comes before it, while host and device find each other.</param>
/// <param name="Work">For an answer that nobody has to confirm: a Model One takes seconds to stretch the seed.</param>
/// <param name="Person">For what a person does on the device.</param>
/// <param name="Words">For all the words of a seed, entered on the device.</param>
/// <param name="PinDelay">For the answer to a PIN, typed here or on the device: the firmware waits 2ⁿ seconds after n wrong ones.</param>
internal sealed record TrezorDeadlines(TimeSpan Packet, TimeSpan Synchronise, TimeSpan Work, TimeSpan Person, TimeSpan Words, TimeSpan PinDelay)
{
    internal static TrezorDeadlines For(TrezorOptions options) => new(
        DeviceLink.PacketDeadline,
        TimeSpan.FromSeconds(2),
        TimeSpan.FromSeconds(30),
        options.PersonDeadline,
        6 * options.PersonDeadline,
        options.PersonDeadline + TimeSpan.FromHours(1));
}
