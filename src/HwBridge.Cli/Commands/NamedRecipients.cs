using HwBridge.Backups;
using HwBridge.Core.Secrets;

namespace HwBridge.Cli.Commands;

/// <summary>Whom <c>--to</c> names, with their keys and passphrases.</summary>
internal sealed class NamedRecipients : IDisposable
{
    /// <summary>Who they are.</summary>
    internal required BackupRecipients Recipients { get; init; }

    /// <summary>The passphrases in <see cref="Recipients"/>.</summary>
    internal required IReadOnlyList<SecretBuffer> Passphrases { get; init; }

    public void Dispose()
    {
        foreach (SecretBuffer passphrase in Passphrases)
        {
            passphrase.Dispose();
        }
    }
}
