using HwBridge.Backups.Files;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.People;
using HwBridge.Protocols.Age;
using HwBridge.Protocols.Age.Sharing;

namespace HwBridge.Backups.Sharing;

/// <summary>The participant's side of opening a backup on several machines: one share, encrypted to the coordinator's one-time key.</summary>
public static class SharePassing
{
    /// <summary>Opens the participant's own share and no other one.</summary>
    /// <param name="path">The backup.</param>
    /// <param name="keys">The participant's device or passphrase.</param>
    /// <param name="coordinator">The one-time key, as <see cref="ShareExchange.Recipient"/> gave it.</param>
    /// <param name="person">Told what was opened, asked for a passphrase where that is allowed.</param>
    /// <param name="cancellationToken">Stops the wait for the person.</param>
    /// <returns>The share, encrypted.</returns>
    /// <exception cref="FaultException">
    /// <see cref="Fault.BadInput"/>: no backup with shares; <see cref="Fault.CannotDecrypt"/>: no share is this participant's; the device's own.
    /// </exception>
    public static async Task<SealedShare> SealAsync(
        string path, BackupKeys keys, X25519PublicKey coordinator, IPerson person, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(person);
        byte[] bytes = await InputFile.ReadAsync(path, BackupCreator.MaxFileSize, cancellationToken).ConfigureAwait(false);
        AgeFile file = BackupInspector.Parse(path, bytes);
        try
        {
            BackupOpener.RequireIntact(file);
            using ShareGathering gathering = new(SharingStanza.Find(file.Header.Stanzas) ?? throw NotShared(), keys, person);
            using PassedShare share = await gathering.OpenOneAsync(cancellationToken).ConfigureAwait(false);
            return new SealedShare(share.Number, share.Holder, ShareExchange.Seal(share, coordinator));
        }
        catch (FaultException fault)
        {
            throw fault.Within(path);
        }
    }

    internal static FaultException NotShared() => new(
        Fault.BadInput, "this backup has no shares: each of its recipients opens it alone", "Open it with hwbridge backup open.");
}
