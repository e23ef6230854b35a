using HwBridge.Core.KeyStores;
using HwBridge.Core.Secrets;

namespace HwBridge.Protocols.Age.Sharing;

/// <summary>Who gets one share: a device or age key, a passphrase, or a group that shares it on.</summary>
public sealed class ShareRecipient
{
    private ShareRecipient()
    {
    }

    /// <summary>The public key of a device or an age identity.</summary>
    public X25519PublicKey? Key { get; private init; }

    /// <summary>A passphrase; stays its giver's to dispose.</summary>
    public SecretBuffer? Passphrase { get; private init; }

    /// <summary>Those who share it on.</summary>
    public SharePolicy? Group { get; private init; }

    /// <summary>A device or an age identity.</summary>
    public static ShareRecipient Of(X25519PublicKey key) => new() { Key = key };

    /// <summary>Whoever knows a passphrase.</summary>
    public static ShareRecipient Of(SecretBuffer passphrase) => new() { Passphrase = passphrase };

    /// <summary>Several people together.</summary>
    public static ShareRecipient Of(SharePolicy group) => new() { Group = group };
}
