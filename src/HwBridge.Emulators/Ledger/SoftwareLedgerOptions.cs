using HwBridge.Protocols.Ledger;

namespace HwBridge.Emulators.Ledger;

/// <summary>What kind of Ledger the software Ledger is.</summary>
public sealed record SoftwareLedgerOptions
{
    /// <summary>The model; answers are the same on all.</summary>
    public LedgerModel Model { get; init; } = LedgerModel.NanoSP;

    /// <summary>Answer no sooner than the real app does (as measured: 200 ms for a validator key).</summary>
    public bool RealPace { get; init; }

    /// <summary>
    /// Leave the bus whenever another app, or the dashboard, opens, as the device does over USB: the host has to connect again.
    /// </summary>
    public bool LeavesOnAppChange { get; init; }

    /// <summary>OpenPGP app: ask for PINs on the screen instead of for a yes ("On Screen" instead of "Confirm only").</summary>
    public bool PinsOnScreen { get; init; }

    /// <summary>OpenPGP app: the serial number of its card, which the real app draws when it is installed.</summary>
    public uint CardSerial { get; init; } = 0x00000001;

    /// <summary>The name in messages to the person.</summary>
    public string Uri { get; init; } = "emulator:ledger";
}
