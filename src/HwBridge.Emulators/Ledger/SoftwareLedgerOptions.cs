using HwBridge.Protocols.Ledger;

namespace HwBridge.Emulators.Ledger;

/// <summary>What kind of Ledger the software Ledger is.</summary>
public sealed record SoftwareLedgerOptions
{
    /// <summary>The model; answers are the same on all.</summary>
    public LedgerModel Model { get; init; } = LedgerModel.NanoSP;

    /// <summary>Answer no sooner than the real app does (as measured: 200 ms for a validator key).</summary>
    public bool RealPace { get; init; }

    /// <summary>The name in messages to the person.</summary>
    public string Uri { get; init; } = "emulator:ledger";
}
