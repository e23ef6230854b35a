using HwBridge.Backups.Sharing;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Secrets;

namespace HwBridge.Backups;

/// <summary>What is at hand to open a backup with.</summary>
public sealed record BackupKeys
{
    /// <summary>Devices and age identities; asked one after the other, until enough of them have opened their part.</summary>
    public IReadOnlyList<ISealing> Devices { get; init; } = [];

    /// <summary>Passphrases of shares, each tried on all that need one. The caller disposes them.</summary>
    public IReadOnlyList<SecretBuffer> Passphrases { get; init; } = [];

    /// <summary>Whether the person may be asked for passphrases of shares.</summary>
    public bool AskPassphrases { get; init; }

    /// <summary>Where shares of other people come in; null when nobody else takes part.</summary>
    public ShareExchange? Exchange { get; init; }
}
