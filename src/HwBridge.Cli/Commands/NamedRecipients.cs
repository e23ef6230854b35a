using HwBridge.Core.KeyStores;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Age.Sharing;

namespace HwBridge.Cli.Commands;

/// <summary>Whom <c>--to</c> names, with their keys and passphrases.</summary>
internal sealed class NamedRecipients : IDisposable
{
    /// <summary>Those who open it alone; none where the key is shared.</summary>
    internal required IReadOnlyList<X25519PublicKey> Alone { get; init; }

    /// <summary>Those who open it together; null where each does alone.</summary>
    internal required SharePolicy? Shares { get; init; }

    /// <summary>The passphrases in <see cref="Shares"/>.</summary>
    internal required IReadOnlyList<SecretBuffer> Passphrases { get; init; }

    public void Dispose()
    {
        foreach (SecretBuffer passphrase in Passphrases)
        {
            passphrase.Dispose();
        }
    }
}
