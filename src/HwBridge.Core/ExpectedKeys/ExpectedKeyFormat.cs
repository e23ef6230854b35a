namespace HwBridge.Core.ExpectedKeys;

/// <summary>The kinds of file that name expected keys.</summary>
public enum ExpectedKeyFormat
{
    /// <summary>A deposit_data-*.json.</summary>
    DepositFile,

    /// <summary>An EIP-2335 keystore.</summary>
    Keystore,

    /// <summary>The JSON of <c>hwbridge pubkeys</c>.</summary>
    PublicKeys,

    /// <summary>Text, one public key a line.</summary>
    List,
}
