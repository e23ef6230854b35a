namespace HwBridge.Emulators.Trezor;

/// <summary>Which of the makers' two firmwares, or which generation, a software Trezor behaves like.</summary>
public enum TrezorFlavour
{
    /// <summary>"legacy": Model One, firmware 1.14.2. PIN by a shuffled matrix, passphrase from the host only.</summary>
    Legacy,

    /// <summary>"core": Model T, firmware 2.8.9. PIN and passphrase are typed on the device.</summary>
    Core,

    /// <summary>The newest generation, which speaks only THP: every message of protocol v1 gets Failure 17 (InvalidProtocol).</summary>
    ThpOnly,
}
