namespace HwBridge.Core.People;

/// <summary>What kind of secret is asked for.</summary>
public enum SecretKind
{
    /// <summary>A password of a keystore.</summary>
    Password,

    /// <summary>PIN positions on a shuffled keypad: digits 1–9, 7 8 9 in the upper row as on a numeric keypad.</summary>
    PinMatrix,

    /// <summary>A BIP-39 passphrase of a device.</summary>
    Passphrase,

    /// <summary>A passphrase that guards a share of a backup.</summary>
    SharePassphrase,

    /// <summary>One key for a place on a device's screen where a word of a seed is chosen: a digit 1–9 as for a PIN, or backspace (8).</summary>
    SeedPlace,
}
