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

    /// <summary>
    /// How to connect again when the device has left the bus, as it does over USB whenever its app changes; null where it does not.
    /// </summary>
    public Func<CancellationToken, ValueTask<(ITransport Transport, IFraming Framing)>>? Reconnect { get; init; }

    private static Bip32Path DefaultSealingPath { get; } =
        Bip32Path.TryParse("m/44'/60'/12381'/0/0", out Bip32Path? path) ? path : throw new InvalidOperationException();
}
