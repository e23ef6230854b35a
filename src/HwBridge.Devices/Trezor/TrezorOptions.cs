using HwBridge.Core.Faults;
using HwBridge.Protocols.Trezor;

namespace HwBridge.Devices.Trezor;

/// <summary>How to use a Trezor.</summary>
public sealed record TrezorOptions
{
    // What a Model One takes for the host of an identity.
    private const int MaxLabel = 63;

    /// <summary>
    /// Where the passphrase comes from, or null: on the device where it has passphrases switched on, and no passphrase where it has not.
    /// </summary>
    public PassphraseSource? Passphrase { get; init; }

    /// <summary>Names the age identity <c>age://LABEL</c>: 1 … 63 printable ASCII characters.</summary>
    public string Label { get; init; } = "hwbridge";

    /// <summary>The account of device-rooted validator keys: 0 … 2³¹−1. Each has its own keys and its own confirmation.</summary>
    public uint Account { get; init; }

    /// <summary>How long a person may take for one answer on the device.</summary>
    public TimeSpan PersonDeadline { get; init; } = DeviceLink.PersonDeadline;

    internal void Check()
    {
        if (Label.Length is 0 or > MaxLabel || !Label.All(c => c is >= ' ' and < '\x7f'))
        {
            throw new FaultException(
                Fault.Usage,
                "the label of the age identity is not usable",
                $"Give 1 to {MaxLabel} letters, digits, spaces or ASCII signs.");
        }

        if (Account > int.MaxValue)
        {
            throw new FaultException(Fault.Usage, $"account {Account} is out of range", $"Give 0 to {int.MaxValue}.");
        }

        if (PersonDeadline <= TimeSpan.Zero)
        {
            throw new FaultException(Fault.Usage, "no time is left to the person", "Give a deadline above zero.");
        }
    }
}
