using System.Globalization;
using HwBridge.Backups.Files;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.People;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Age;
using HwBridge.Protocols.Age.Sharing;

namespace HwBridge.Backups;

/// <summary>Finds what of a backup was made otherwise than today, and writes it anew for the same recipients.</summary>
public static class BackupRefresher
{
    /// <summary>What age itself writes today: scrypt with N = 2^18.</summary>
    private const int PassphraseWork = 18;

    /// <summary>What shows without a key.</summary>
    /// <exception cref="FaultException">As <see cref="BackupInspector.InspectAsync"/>.</exception>
    public static async Task<IReadOnlyList<OutdatedPart>> FindOutdatedAsync(string path, CancellationToken cancellationToken)
    {
        using BackupFile file = await BackupFile.OpenAsync(path, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<AgeStanza> stanzas = file.Header.Stanzas;
        List<OutdatedPart> outdated = [];
        if (stanzas[0].Type == AgeFile.PassphraseStanza)
        {
            bool known = stanzas[0].Arguments is [_, var work]
                && int.TryParse(work, NumberStyles.None, CultureInfo.InvariantCulture, out int exponent)
                && exponent >= PassphraseWork;
            if (!known)
            {
                outdated.Add(OutdatedPart.PassphraseWork);
            }
        }
        else if (!stanzas.Any(static stanza => stanza.Type == TagStanza.Type)
            && SharingStanza.Find(stanzas)?.Root.HeldShares.Any(static share => share.ForKey is not null) != false)
        {
            outdated.Add(OutdatedPart.Tags);
        }

        if (stanzas[^1].Type != DigestStanza.Type)
        {
            outdated.Add(OutdatedPart.Digest);
        }

        if (!DocumentPadding.IsStep(file.PlaintextLength))
        {
            outdated.Add(OutdatedPart.Padding);
        }

        return outdated;
    }

    /// <summary>Opens a backup and writes it as today's are: new key, tags, digest, padding; nothing of its document is lost.</summary>
    /// <param name="source">A backup.</param>
    /// <param name="keys">What opens it.</param>
    /// <param name="recipients">Who opens the new file; null for those of the old one, which the document lists and the header's tags must prove.</param>
    /// <param name="target">The new file; may be <paramref name="source"/>.</param>
    /// <param name="replace">Give up the file that is there, once the new one is on the disk, read back and verified.</param>
    /// <param name="person">Told when more than one confirmation may be needed.</param>
    /// <param name="cancellationToken">Stops the wait for the person too; what was there stays.</param>
    /// <exception cref="FaultException">
    /// As <see cref="BackupRewriter.RewrapAsync"/>; <see cref="Fault.Usage"/>: the recipients have to be named.
    /// </exception>
    public static async Task<(RewriteReceipt Receipt, DateTimeOffset Created, int Recipients)> RefreshAsync(
        string source,
        BackupKeys keys,
        BackupRecipients? recipients,
        string target,
        bool replace,
        IPerson person,
        CancellationToken cancellationToken)
    {
        if (!replace)
        {
            AtomicFile.EnsureCreatable(target);
        }

        using BackupFile file = await BackupFile.OpenAsync(source, cancellationToken).ConfigureAwait(false);
        if (file.PlaintextLength > BackupDocumentCodec.MaxSize)
        {
            throw new FaultException(
                Fault.BadInput, $"{source}: is larger inside than any document of a backup", "Write it anew as it is: hwbridge backup rewrap");
        }

        using SecretBuffer fileKey = await BackupRewriter.UnlockAsync(file, keys, person, cancellationToken).ConfigureAwait(false);
        try
        {
            using SecretBuffer old = SecretBuffer.Allocate((int)file.PlaintextLength);
            PayloadPipeline.Decrypt(
                fileKey,
                file.PayloadLength,
                file.ReadPayload,
                (offset, bytes) => bytes.CopyTo(old.Span[(int)offset..]),
                cancellationToken);
            using BackupDocument document = BackupDocumentCodec.Read(old.Span);
            recipients ??= AreRecipients(document.Recipients, file.Header) ? new BackupRecipients { Alone = document.Recipients } : throw Unknown();
            recipients.RequireValid();
            using SecretBuffer renewed = BackupDocumentCodec.Renew(old.Span, recipients.Alone);
            RewriteReceipt receipt = BackupRewriter.Write(
                target,
                recipients,
                renewed.Length,
                (offset, bytes) => renewed.Span.Slice((int)offset, bytes.Length).CopyTo(bytes),
                replace,
                cancellationToken);
            return (receipt, document.Created, recipients.Count);
        }
        catch (FaultException fault) when (fault.Fault is Fault.BadInput or Fault.CannotDecrypt)
        {
            throw fault.Within(source);
        }
    }

    /// <summary>
    /// Whether these are the header's recipients, all of them and no others: after a rewrap the document still lists the earlier ones, who must
    /// not come back unnoticed.
    /// </summary>
    private static bool AreRecipients(IReadOnlyList<X25519PublicKey> listed, AgeHeader header) =>
        listed.Count > 0
        && listed.Distinct().Count() == header.Stanzas.Count(BackupInspector.IsRecipient)
        && header.Stanzas.Where(BackupInspector.IsRecipient).All(static stanza => stanza.Type == X25519Stanza.Type)
        && listed.All(recipient => TagStanza.FindCandidates(header, recipient, out bool tagged).Count > 0 && tagged);

    private static FaultException Unknown() => new(
        Fault.Usage,
        "the recipients of this backup are not known: its header names nobody, and the list inside is missing or of an earlier header",
        "Name each of them with --to.");
}
