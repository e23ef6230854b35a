using HwBridge.Backups.Drills;
using HwBridge.Backups.Repair;
using HwBridge.Backups.Sharing;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.People;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Age;
using HwBridge.Protocols.Age.Sharing;

namespace HwBridge.Backups;

/// <summary>Opens backups with devices: each is asked for one key agreement, for the stanza that is its own.</summary>
public static class BackupOpener
{
    /// <summary>Opens a backup and checks each key inside.</summary>
    /// <param name="path">The file, binary or armored.</param>
    /// <param name="devices">At least one; the first that is a recipient opens it.</param>
    /// <param name="person">Told when more than one confirmation may be needed.</param>
    /// <param name="cancellationToken">Stops the wait for the person too.</param>
    /// <returns>The document in guarded memory; the caller disposes it.</returns>
    /// <exception cref="FaultException">
    /// <see cref="Fault.BadInput"/>: not a backup, or damaged where it shows; <see cref="Fault.CannotDecrypt"/>: no device is a
    /// recipient, or the file was changed; <see cref="Fault.UserRejected"/> and the devices' other faults.
    /// </exception>
    public static Task<BackupDocument> OpenAsync(
        string path, IReadOnlyList<ISealing> devices, IPerson person, CancellationToken cancellationToken) =>
        OpenAsync(path, new BackupKeys { Devices = devices }, person, cancellationToken);

    /// <summary>Opens a backup with whatever is at hand and checks each key inside. Of shares, no more are opened than it takes.</summary>
    /// <inheritdoc cref="OpenAsync(string, IReadOnlyList{ISealing}, IPerson, CancellationToken)"/>
    public static async Task<BackupDocument> OpenAsync(
        string path, BackupKeys keys, IPerson person, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(person);
        byte[] bytes = await BackupRepair.ReadAsync(path, person, cancellationToken).ConfigureAwait(false);
        AgeFile file = BackupInspector.Parse(path, bytes);
        try
        {
            RequireIntact(file);
            using SecretBuffer fileKey = await UnwrapAsync(file.Header, keys, person, cancellationToken).ConfigureAwait(false);
            using SecretBuffer plaintext = file.Decrypt(fileKey);
            BackupDocument document = BackupDocumentCodec.Read(plaintext.Span);
            try
            {
                document.Subject = DrillSubject.OfBackup(fileKey, file.Header);
                return document;
            }
            catch
            {
                document.Dispose();
                throw;
            }
        }
        catch (FaultException fault)
        {
            throw fault.Within(path);
        }
    }

    /// <summary>The file key of any age file that has one of the devices among its X25519 recipients.</summary>
    /// <param name="header">The file's header.</param>
    /// <param name="devices">At least one.</param>
    /// <param name="person">Told when more than one confirmation may be needed.</param>
    /// <param name="cancellationToken">Stops the wait for the person too.</param>
    /// <returns>16 bytes, which the caller disposes; <see cref="AgeFile.Decrypt"/> checks them against the header's MAC.</returns>
    /// <exception cref="FaultException"><see cref="Fault.CannotDecrypt"/>: no device is a recipient; the devices' own faults.</exception>
    public static Task<SecretBuffer> UnwrapAsync(
        AgeHeader header, IReadOnlyList<ISealing> devices, IPerson person, CancellationToken cancellationToken) =>
        UnwrapAsync(header, new BackupKeys { Devices = devices }, person, cancellationToken);

    /// <summary>The file key of any age file, of its X25519 recipients or of shares.</summary>
    internal static async Task<SecretBuffer> UnwrapAsync(
        AgeHeader header, BackupKeys keys, IPerson person, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(header);
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(person);
        bool isShared = header.Stanzas.Any(static stanza => stanza.Type == SharingStanza.Type);
        if (!isShared && keys.Exchange is not null)
        {
            throw SharePassing.NotShared();
        }

        if (!isShared && keys.Devices.Count == 0)
        {
            throw new FaultException(
                Fault.Usage, "no device was named", "Give --device URI, or set HWBRIDGE_DEVICE; 'hwbridge devices' lists what is there.");
        }

        // Devices are opened when they are asked: of shares alone, the first ones may do.
        IReadOnlyList<ISealing> devices =
            !isShared || header.Stanzas.Any(static stanza => stanza.Type == X25519Stanza.Type) ? keys.Devices : [];
        if (header.Stanzas[0].Type == AgeFile.PassphraseStanza)
        {
            throw new FaultException(
                Fault.CannotDecrypt, "this file is encrypted with a passphrase, not to a device", "Open it with age: age --decrypt FILE");
        }

        List<Question> questions = [];
        foreach (ISealing device in devices)
        {
            X25519PublicKey recipient = await device.GetPublicKeyAsync(confirm: false, cancellationToken).ConfigureAwait(false);
            IReadOnlyList<X25519Stanza> candidates = TagStanza.FindCandidates(header, recipient, out _);
            questions.AddRange(candidates.Select(stanza => new Question(device, recipient, stanza)));
        }

        if (questions.Count > 1)
        {
            person.Tell(
                "This file does not tell which of its recipients the device is: "
                + $"up to {questions.Count} confirmations may come, until one opens it.");
        }

        foreach ((ISealing device, X25519PublicKey recipient, X25519Stanza stanza) in questions)
        {
            if (await TryUnwrapAsync(device, recipient, stanza, cancellationToken).ConfigureAwait(false) is { } fileKey)
            {
                return fileKey;
            }
        }

        if (SharingStanza.Find(header.Stanzas) is { } shares)
        {
            using ShareGathering gathering = new(shares, keys, person);
            return await gathering.JoinAsync(cancellationToken).ConfigureAwait(false);
        }

        throw new FaultException(
            Fault.CannotDecrypt,
            devices.Count == 1
                ? "this device is not a recipient of this file"
                : $"none of the {devices.Count} devices is a recipient of this file",
            "Attach the device that the backup was made for, with the same seed and passphrase, and compare `hwbridge recipient`.");
    }

    /// <summary>Refuses a file whose damage shows without a key.</summary>
    internal static void RequireIntact(AgeFile file)
    {
        if (DigestStanza.Fits(file) == false)
        {
            throw Damaged();
        }
    }

    /// <summary>The file key, or null when the stanza is another's. One confirmation on the device.</summary>
    /// <param name="device">The device.</param>
    /// <param name="recipient">Its public key.</param>
    /// <param name="stanza">One that may be its own.</param>
    /// <param name="cancellationToken">Stops the wait for the person.</param>
    /// <returns>16 bytes, which the caller disposes.</returns>
    public static async Task<SecretBuffer?> TryUnwrapAsync(
        ISealing device, X25519PublicKey recipient, X25519Stanza stanza, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(stanza);
        using SecretBuffer shared = await device.AgreeAsync(stanza.EphemeralShare, cancellationToken).ConfigureAwait(false);
        return stanza.TryUnwrap(recipient, shared);
    }

    /// <summary>What the digest tells before anybody is asked.</summary>
    internal static FaultException Damaged() => new(
        Fault.CannotDecrypt, "the file is damaged: its bytes are not those of the digest in its header", "Take another copy.");

    private sealed record Question(ISealing Device, X25519PublicKey Recipient, X25519Stanza Stanza);
}
