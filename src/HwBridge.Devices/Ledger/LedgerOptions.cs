using HwBridge.Core.Bip32;
using HwBridge.Protocols.Framing;
using HwBridge.Transports;

namespace HwBridge.Devices.Ledger;

/// <summary>How a Ledger is used.</summary>
public sealed record LedgerOptions
{
    /// <summary>
    /// The key that backups are sealed to: m/44'/60'/12381'/0/0. Every version of the app allows it, and no account that holds
    /// money lies there.
    /// </summary>
    public Bip32Path SealingPath { get; init; } = DefaultSealingPath;

    /// <summary>The model's name where the transport tells it (the USB product number does), else null.</summary>
    public string? Model { get; init; }

    /// <summary>How long a person may take to answer a review.</summary>
    public TimeSpan PersonDeadline { get; init; } = DeviceLink.PersonDeadline;

    /// <summary>How long the device may take for everything else; deriving a validator key takes it 0.2 s.</summary>
    public TimeSpan AnswerDeadline { get; init; } = DeviceLink.PacketDeadline;

    /// <summary>How long to wait for a person who has to unlock it or to open an app; zero does not wait.</summary>
    public TimeSpan Wait { get; init; }

    /// <summary>Leave whatever app is open and ask the device to open the one that is needed; else only one of ours is left for the other.</summary>
    public bool OpensApps { get; init; }

    /// <summary>
    /// How long a device that leaves in the middle of a question that no person has to answer may take to come back; zero does not wait.
    /// </summary>
    public TimeSpan ReturnDeadline { get; init; }

    /// <summary>
    /// How to connect again, within a time, when the device has left the bus, as it does over USB whenever its app changes; null where it
    /// does not.
    /// </summary>
    public Func<TimeSpan, CancellationToken, ValueTask<(ITransport Transport, IFraming Framing)>>? Reconnect { get; init; }

    private static Bip32Path DefaultSealingPath { get; } =
        Bip32Path.TryParse("m/44'/60'/12381'/0/0", out Bip32Path? path) ? path : throw new InvalidOperationException();
}
