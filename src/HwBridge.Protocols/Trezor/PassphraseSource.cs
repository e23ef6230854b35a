namespace HwBridge.Protocols.Trezor;

/// <summary>Where the BIP-39 passphrase comes from on a Trezor that has passphrases switched on.</summary>
public enum PassphraseSource
{
    /// <summary>Typed on the device's own screen; a Model One can't.</summary>
    OnDevice,

    /// <summary>Asked for here without echo, and sent to the device.</summary>
    Host,

    /// <summary>The empty passphrase: the wallet that the words alone give.</summary>
    None,
}
