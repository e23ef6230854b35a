using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Age;
using HwBridge.Protocols.Age.Sharing;

namespace HwBridge.Backups;

/// <summary>Who opens a backup: some each alone, or the holders of shares together.</summary>
public sealed record BackupRecipients
{
    /// <summary>Those who open it alone; none where its key is shared.</summary>
    public IReadOnlyList<X25519PublicKey> Alone { get; init; } = [];

    /// <summary>Those who open it together; null where each does alone. Passphrases in it are the caller's to dispose.</summary>
    public SharePolicy? Shares { get; init; }

    /// <summary>How many stanzas or shares there are.</summary>
    public int Count => Shares?.Holders.Count() ?? Alone.Count;

    /// <summary>At least one, none twice, alone or together.</summary>
    /// <exception cref="FaultException"><see cref="Fault.Usage"/>.</exception>
    internal void RequireValid()
    {
        Shares?.RequireValid();
        if (Shares is null == (Alone.Count == 0))
        {
            throw new FaultException(
                Fault.Usage, "a backup needs recipients, who open it each alone or together", "Give --to with a device or an age1… recipient.");
        }

        IEnumerable<X25519PublicKey> keys =
            [.. Alone, .. (Shares?.Holders ?? []).Select(static holder => holder.Key).OfType<X25519PublicKey>()];
        if (keys.GroupBy(static recipient => recipient).FirstOrDefault(static group => group.Count() > 1) is { } twice)
        {
            throw new FaultException(
                Fault.Usage, $"the recipient {AgeRecipient.Format(twice.Key)} is given twice", "Give each recipient once.");
        }
    }

    /// <summary>A stanza for each recipient, or one with all shares, and the tags.</summary>
    internal IReadOnlyList<AgeStanza> Wrap(SecretBuffer fileKey)
    {
        if (Shares is not null)
        {
            return SharingStanza.Create(fileKey, Shares);
        }

        AgeStanza[] stanzas = [.. Alone.Select(recipient => X25519Stanza.Wrap(fileKey, recipient))];
        return [.. stanzas, TagStanza.Create(Alone, stanzas)];
    }

    /// <summary>One age file for them: the stanzas, the digest, and the payload.</summary>
    internal byte[] Encrypt(SecretBuffer fileKey, SecretBuffer plaintext) =>
        AgeFile.Encrypt(fileKey, Wrap(fileKey), plaintext.Span, withDigest: true);
}
