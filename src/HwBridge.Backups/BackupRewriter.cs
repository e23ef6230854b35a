using System.Buffers;
using System.Security.Cryptography;
using HwBridge.Backups.Files;
using HwBridge.Core.Faults;
using HwBridge.Core.People;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Age;

namespace HwBridge.Backups;

/// <summary>
/// Encrypts the inside of a backup anew, byte for byte, for other recipients: a new file key, a new nonce, new stanzas. A file of any size, in
/// bounded guarded memory.
/// </summary>
/// <remarks>
/// A new key and not only a new header: who could open the old file may have kept its file key, and would open every file that is made with it.
/// What was encrypted before stays open to its old recipients all the same, wherever a copy of it is left.
/// </remarks>
public static class BackupRewriter
{
    /// <summary>Opens a backup and writes it anew.</summary>
    /// <param name="source">Any age file that the keys open.</param>
    /// <param name="keys">What opens it.</param>
    /// <param name="recipients">Who opens the new file.</param>
    /// <param name="target">The new file; may be <paramref name="source"/> where that is to be replaced.</param>
    /// <param name="replace">Give up the file that is there, once the new one is on the disk, read back and verified.</param>
    /// <param name="person">Told when more than one confirmation may be needed.</param>
    /// <param name="cancellationToken">Stops the wait for the person too; what was there stays.</param>
    /// <exception cref="FaultException">As <see cref="BackupOpener"/>; <see cref="Fault.Io"/> and <see cref="Fault.Mismatch"/> in writing.</exception>
    public static async Task<RewriteReceipt> RewrapAsync(
        string source,
        BackupKeys keys,
        BackupRecipients recipients,
        string target,
        bool replace,
        IPerson person,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(recipients);
        recipients.RequireValid();
        if (!replace)
        {
            AtomicFile.EnsureCreatable(target);
        }

        using BackupFile file = await BackupFile.OpenAsync(source, cancellationToken).ConfigureAwait(false);
        using SecretBuffer fileKey = await UnlockAsync(file, keys, person, cancellationToken).ConfigureAwait(false);
        return await Task.Run(
            () =>
            {
                try
                {
                    using PayloadDecryption inside = new(fileKey, file.PayloadLength, file.ReadPayload);
                    return Write(target, recipients, inside.PlaintextLength, inside.Read, replace, cancellationToken);
                }
                catch (FaultException fault) when (fault.Fault == Fault.CannotDecrypt)
                {
                    throw fault.Within(source);
                }
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The key of a file that is not damaged, as far as its digest and its header's MAC tell.</summary>
    internal static async Task<SecretBuffer> UnlockAsync(
        BackupFile file, BackupKeys keys, IPerson person, CancellationToken cancellationToken)
    {
        try
        {
            (bool? fits, _) = await Task.Run(() => file.Check(cancellationToken), cancellationToken).ConfigureAwait(false);
            if (fits == false)
            {
                throw BackupOpener.Damaged();
            }

            SecretBuffer fileKey = await BackupOpener.UnwrapAsync(file.Header, keys, person, cancellationToken).ConfigureAwait(false);
            if (file.Header.IsAuthentic(fileKey))
            {
                return fileKey;
            }

            fileKey.Dispose();
            throw new FaultException(
                Fault.CannotDecrypt, "the file's header was changed after it was written", "Take another copy.");
        }
        catch (FaultException fault)
        {
            throw fault.Within(file.Path);
        }
    }

    /// <summary>Encrypts to a file, which gets its name only when what the disk gives back is what was meant.</summary>
    internal static RewriteReceipt Write(
        string target,
        BackupRecipients recipients,
        long length,
        PayloadReader plaintext,
        bool replace,
        CancellationToken cancellationToken)
    {
        using SecretBuffer fileKey = SecretBuffer.Random(AgeFile.FileKeySize);
        byte[] nonce = RandomNumberGenerator.GetBytes(AgePayload.NonceSize);
        IReadOnlyList<AgeStanza> stanzas = recipients.Wrap(fileKey);
        RewriteReceipt? receipt = null;
        AtomicFile.Write<PayloadReader>(
            target,
            plaintext,
            (file, inside, before) =>
            {
                before(AtomicFileStep.Write);
                Encrypt(inside, (offset, bytes) => RandomAccess.Write(file, bytes, offset));
            },
            replace,
            written =>
            {
                bool fromDisk;
                using (ReadBack disk = ReadBack.Open(written))
                {
                    fromDisk = disk.IsDirect;
                    RequireDigest(target, disk);
                }

                // The same key and nonce give the same bytes: what stands there is the inside that it was made of.
                using FileStream file = InputFile.Open(written);
                long size = 0;
                Encrypt(plaintext, (offset, bytes) =>
                {
                    byte[] there = ArrayPool<byte>.Shared.Rent(bytes.Length);
                    BackupFile.Read(target, file, offset, there.AsSpan(0, bytes.Length));
                    bool same = bytes.SequenceEqual(there.AsSpan(0, bytes.Length));
                    ArrayPool<byte>.Shared.Return(there);
                    Interlocked.Add(ref size, same ? bytes.Length : throw Mismatch(target, null));
                });
                receipt = size == file.Length ? new RewriteReceipt(target, size, fromDisk) : throw Mismatch(target, null);
            },
            static _ => { },
            cancellationToken);
        return receipt!;

        void Encrypt(PayloadReader inside, PayloadWriter file) =>
            AgeFile.Encrypt(fileKey, stanzas, nonce, length, inside, file, withDigest: true, cancellationToken);
    }

    private static void RequireDigest(string target, ReadBack disk)
    {
        FaultException? damage = null;
        try
        {
            AgeHeader header = AgeHeader.Parse(disk.Read(0));
            bool? fits = DigestStanza.Fits(header, hash =>
            {
                int skip = header.Length;
                for (long offset = 0; offset < disk.Length; offset += ReadBack.BlockSize, skip = 0)
                {
                    hash.AppendData(disk.Read(offset)[skip..]);
                }
            });
            if (fits == true)
            {
                return;
            }
        }
        catch (FaultException fault) when (fault.Fault == Fault.BadInput)
        {
            damage = fault;
        }

        throw Mismatch(target, damage);
    }

    private static FaultException Mismatch(string path, FaultException? damage) => new(
        Fault.Mismatch,
        $"{path}: what was read back is not what was written",
        "Don't trust this disk: write to another one. What was there before is untouched.",
        damage);
}
