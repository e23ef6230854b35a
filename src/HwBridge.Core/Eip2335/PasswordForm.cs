namespace HwBridge.Core.Eip2335;

/// <summary>How a password's letters became the bytes that opened a keystore.</summary>
public enum PasswordForm
{
    /// <summary>As EIP-2335 § Password requirements asks.</summary>
    Standard,

    /// <summary>
    /// With accents and other combining marks dropped, as go-eth2-wallet-encryptor-keystorev4 up to 1.1.3 wrote keystores. Worth a
    /// warning: other programs will say that the password is wrong.
    /// </summary>
    MarksDropped,
}
