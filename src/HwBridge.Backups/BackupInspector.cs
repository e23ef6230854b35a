using System.Security.Cryptography;
using HwBridge.Backups.Files;
using HwBridge.Backups.Repair;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Protocols.Age;
using HwBridge.Protocols.Age.Sharing;

namespace HwBridge.Backups;

/// <summary>Looks at backups without a key.</summary>
public static class BackupInspector
{
    private const string Format = "age-encryption.org/v1";
    private const string OurStanzas = "hwbridge-";

    /// <summary>What anyone can learn from one file.</summary>
    /// <exception cref="FaultException"><see cref="Fault.BadInput"/>: missing, or not an age v1 file; <see cref="Fault.Io"/>.</exception>
    public static async Task<BackupInspection> InspectAsync(string path, CancellationToken cancellationToken)
    {
        using BackupFile file = await BackupFile.OpenAsync(path, cancellationToken).ConfigureAwait(false);
        (bool? fits, string sha256) = await Task.Run(() => file.Check(cancellationToken), cancellationToken).ConfigureAwait(false);
        AgeStanza[] recipients = [.. file.Header.Stanzas.Where(IsRecipient)];
        KeyValuePair<string, int>[] stanzas =
            [.. file.Header.Stanzas.GroupBy(stanza => stanza.Type).Select(group => KeyValuePair.Create(group.Key, group.Count()))];
        SharingStanza? shares = ReadShares(file);
        return new BackupInspection(
            path,
            Format,
            file.IsArmored,
            file.Size,
            sha256,
            file.PlaintextLength,
            DocumentPadding.IsStep(file.PlaintextLength),
            Math.Min(BackupDocumentCodec.MaxValidators, file.PlaintextLength / CompactDocumentCodec.MinSizePerValidator),
            shares is null ? recipients.Length : recipients.Length - 1 + shares.Root.HeldShares.Count(),
            stanzas,
            file.Header.Stanzas.Any(stanza => stanza.Type == TagStanza.Type),
            file.Header.Stanzas.Any(stanza => stanza.Type == DigestStanza.Type),
            fits,
            file.Header.Stanzas.Any(stanza => stanza.Type.StartsWith(OurStanzas, StringComparison.Ordinal)),
            recipients.Length > 0 && Array.TrueForAll(recipients, static stanza => stanza.Type == X25519Stanza.Type)
                ? 1
                : recipients.Length == 1 ? shares?.Root.Threshold : null,
            shares is null ? null : Describe(shares.Root));
    }

    /// <summary>Whether each copy is intact, and all are the same, as far as that shows without a key.</summary>
    /// <param name="paths">At least one file.</param>
    /// <param name="recipients">Of whom to tell whether each copy is for them; may be empty.</param>
    /// <param name="cancellationToken">Stops between files.</param>
    /// <returns>A row for each file, also for one that can't be read.</returns>
    public static async Task<BackupVerification> VerifyAsync(
        IReadOnlyList<string> paths, IReadOnlyList<X25519PublicKey> recipients, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentNullException.ThrowIfNull(recipients);
        List<BackupCopy> copies = [];
        foreach (string path in paths)
        {
            copies.Add(await VerifyAsync(path, recipients, cancellationToken).ConfigureAwait(false));
        }

        for (int i = 0; i < copies.Count; i++)
        {
            if (copies[i].Status == BackupCopyStatus.Damaged
                && await BackupRepair.IsRepairableAsync(copies[i].File, cancellationToken).ConfigureAwait(false) is { } repairable)
            {
                string appendix = repairable ? "; its appendix repairs it: hwbridge backup repair" : "; its appendix does not repair it";
                copies[i] = copies[i] with { Cause = copies[i].Cause + appendix };
            }
        }

        // What most copies say, and the first of them where they are even; a damaged one is no witness.
        BackupCopy? reference = copies.Where(copy => copy.Status is BackupCopyStatus.Intact or BackupCopyStatus.Plausible)
            .OrderBy(copy => copy.Status)
            .GroupBy(copy => copy.Sha256)
            .OrderByDescending(group => group.Count())
            .FirstOrDefault()?.First();
        return new BackupVerification([.. copies.Select(copy =>
            copy.Status is BackupCopyStatus.Intact or BackupCopyStatus.Plausible && copy.Sha256 != reference!.Sha256
                ? copy with { Status = BackupCopyStatus.Different, Cause = DifferenceOf(copy, reference) }
                : copy)]);
    }

    /// <summary>Another key makes every byte another one, so that only whoever opens both sees whether the same is inside.</summary>
    private static string DifferenceOf(BackupCopy copy, BackupCopy reference) => copy.PayloadMark == reference.PayloadMark
        ? "has the inside of the other copies under another header: it may open for others than they do"
        : "is encrypted otherwise than the other copies: another backup, or the same one written anew; only opening it tells";

    /// <summary>Our own stanzas wrap no key, nor does grease, which is there for parsers to ignore (age specification § Stanzas).</summary>
    internal static bool IsRecipient(AgeStanza stanza) =>
        stanza.Type is not (TagStanza.Type or DigestStanza.Type) && !stanza.Type.EndsWith("-grease", StringComparison.Ordinal);

    internal static AgeFile Parse(string path, byte[] bytes)
    {
        try
        {
            return AgeFile.Parse(bytes);
        }
        catch (FaultException fault)
        {
            throw fault.Within(path);
        }
    }

    private static SharingStanza? ReadShares(BackupFile file)
    {
        try
        {
            return SharingStanza.Find(file.Header.Stanzas);
        }
        catch (FaultException fault)
        {
            throw fault.Within(file.Path);
        }
    }

    private static string Describe(ShareGroup group) =>
        $"{group.Threshold} of {{{string.Join(", ", group.Shares.Select(share => share.Group is { } inner ? Describe(inner) : share.Type))}}}";

    private static async Task<BackupCopy> VerifyAsync(
        string path, IReadOnlyList<X25519PublicKey> recipients, CancellationToken cancellationToken)
    {
        try
        {
            using BackupFile file = await BackupFile.OpenAsync(path, cancellationToken).ConfigureAwait(false);
            _ = ReadShares(file);
            (bool? fits, string sha256) = await Task.Run(() => file.Check(cancellationToken), cancellationToken).ConfigureAwait(false);
            BackupCopyStatus status = fits switch
            {
                true => BackupCopyStatus.Intact,
                false => BackupCopyStatus.Damaged,
                null => BackupCopyStatus.Plausible,
            };
            return new BackupCopy(path, status, sha256, fits == false ? "its bytes are not those of the digest in its header" : null)
            {
                IsTagged = [.. recipients.Select(recipient => IsTagged(file.Header, recipient))],
                PayloadMark = file.PayloadMark(),
            };
        }
        catch (FaultException fault)
        {
            string cause = fault.Message.StartsWith($"{path}: ", StringComparison.Ordinal) ? fault.Message[(path.Length + 2)..] : fault.Message;
            string? sha256 = await HashAsync(path, cancellationToken).ConfigureAwait(false);
            return new BackupCopy(path, sha256 is null ? BackupCopyStatus.Unreadable : BackupCopyStatus.Damaged, sha256, cause);
        }
    }

    /// <summary>Of a file that is no age file; null for one that can't be read, or not again.</summary>
    private static async Task<string?> HashAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            using FileStream file = InputFile.Open(path);
            return file.CanSeek ? Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken).ConfigureAwait(false)) : null;
        }
        catch (Exception exception) when (exception is FaultException or IOException)
        {
            return null;
        }
    }

    private static bool? IsTagged(AgeHeader header, X25519PublicKey recipient)
    {
        bool found = TagStanza.FindCandidates(header, recipient, out bool tagged).Count > 0;
        return tagged ? found : null;
    }
}
