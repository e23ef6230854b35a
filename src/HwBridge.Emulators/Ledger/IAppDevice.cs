namespace HwBridge.Emulators.Ledger;

/// <summary>The device's side of one app: APDU in, step out; no I/O.</summary>
internal interface IAppDevice
{
    /// <summary>The name that B001 gives and the dashboard opens.</summary>
    string Name { get; }

    string Version { get; }

    /// <summary>Begins anew, as after the app was opened: what it keeps in flash stays, everything else is forgotten.</summary>
    void Start();

    AppStep Handle(ReadOnlySpan<byte> apdu);
}
