using System.Security.Cryptography;
using HwBridge.Backups.Files;
using HwBridge.Core.Faults;
using HwBridge.Protocols.Age;
using HwBridge.Protocols.Age.Sharing;

namespace HwBridge.Backups;

/// <summary>Looks at backups without a key.</summary>
public static class BackupInspector
{
    private const string Format = "age-encryption.org/v1";

    /// <summary>What anyone can learn from one file.</summary>
    /// <exception cref="FaultException"><see cref="Fault.BadInput"/>: missing, or not an age v1 file; <see cref="Fault.Io"/>.</exception>
    public static async Task<BackupInspection> InspectAsync(string path, CancellationToken cancellationToken)
    {
        byte[] bytes = await InputFile.ReadAsync(path, BackupCreator.MaxFileSize, cancellationToken).ConfigureAwait(false);
        AgeFile file = Parse(path, bytes);
        AgeStanza[] recipients = [.. file.Header.Stanzas.Where(IsRecipient)];
        KeyValuePair<string, int>[] stanzas =
            [.. file.Header.Stanzas.GroupBy(stanza => stanza.Type).Select(group => KeyValuePair.Create(group.Key, group.Count()))];
        SharingStanza? shares = ReadShares(path, file);
        return new BackupInspection(
            path,
            Format,
            file.IsArmored,
            bytes.Length,
            file.PlaintextLength,
            shares is null ? recipients.Length : recipients.Length - 1 + shares.Root.HeldShares.Count(),
            stanzas,
            file.Header.Stanzas.Any(stanza => stanza.Type == TagStanza.Type),
            DigestStanza.Fits(file) is not null,
            recipients.Length > 0 && Array.TrueForAll(recipients, static stanza => stanza.Type == X25519Stanza.Type)
                ? 1
                : recipients.Length == 1 ? shares?.Root.Threshold : null,
            shares is null ? null : Describe(shares.Root));
    }

    /// <summary>Whether each copy is intact, and all are the same, as far as that shows without a key.</summary>
    /// <param name="paths">At least one file.</param>
    /// <param name="cancellationToken">Stops between files.</param>
    /// <returns>A row for each file, also for one that can't be read.</returns>
    public static async Task<BackupVerification> VerifyAsync(IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(paths);
        List<BackupCopy> copies = [];
        foreach (string path in paths)
        {
            copies.Add(await VerifyAsync(path, cancellationToken).ConfigureAwait(false));
        }

        // What most copies say, and the first of them where they are even; a damaged one is no witness.
        string? reference = copies.Where(copy => copy.Status is BackupCopyStatus.Intact or BackupCopyStatus.Plausible)
            .OrderBy(copy => copy.Status)
            .GroupBy(copy => copy.Sha256)
            .OrderByDescending(group => group.Count())
            .FirstOrDefault()?.Key;
        return new BackupVerification([.. copies.Select(copy =>
            copy.Status is BackupCopyStatus.Intact or BackupCopyStatus.Plausible && copy.Sha256 != reference
                ? copy with { Status = BackupCopyStatus.Different, Cause = "is another backup than the other copies" }
                : copy)]);
    }

    /// <summary>Our own stanzas wrap no key, nor does grease, which is there for parsers to ignore (age specification § Stanzas).</summary>
    private static bool IsRecipient(AgeStanza stanza) =>
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

    private static SharingStanza? ReadShares(string path, AgeFile file)
    {
        try
        {
            return SharingStanza.Find(file.Header.Stanzas);
        }
        catch (FaultException fault)
        {
            throw fault.Within(path);
        }
    }

    private static string Describe(ShareGroup group) =>
        $"{group.Threshold} of {{{string.Join(", ", group.Shares.Select(share => share.Group is { } inner ? Describe(inner) : share.Type))}}}";

    private static async Task<BackupCopy> VerifyAsync(string path, CancellationToken cancellationToken)
    {
        byte[] bytes;
        try
        {
            bytes = await InputFile.ReadAsync(path, BackupCreator.MaxFileSize, cancellationToken).ConfigureAwait(false);
        }
        catch (FaultException fault)
        {
            return new BackupCopy(path, BackupCopyStatus.Unreadable, null, fault.Message);
        }

        string hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
        try
        {
            AgeFile file = AgeFile.Parse(bytes);
            _ = SharingStanza.Find(file.Header.Stanzas);
            return DigestStanza.Fits(file) switch
            {
                true => new BackupCopy(path, BackupCopyStatus.Intact, hash, null),
                false => new BackupCopy(path, BackupCopyStatus.Damaged, hash, "its bytes are not those of the digest in its header"),
                null => new BackupCopy(path, BackupCopyStatus.Plausible, hash, null),
            };
        }
        catch (FaultException fault)
        {
            return new BackupCopy(path, BackupCopyStatus.Damaged, hash, fault.Message);
        }
    }
}
