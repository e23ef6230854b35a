namespace HwBridge.Protocols.Ledger.OpenPgp;

/// <summary>The PINs of the OpenPGP app; the value is P2 of VERIFY. They are no PIN of the device itself.</summary>
public enum OpenPgpPin : byte
{
    /// <summary>None is needed.</summary>
    None = 0,

    /// <summary>The user PIN (PW1) for everything but signatures.</summary>
    User = 0x82,

    /// <summary>The admin PIN (PW3).</summary>
    Admin = 0x83,
}
