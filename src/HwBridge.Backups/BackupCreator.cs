using System.Buffers;
using System.Security.Cryptography;
using HwBridge.Backups.Files;
using HwBridge.Core.Bls;
using HwBridge.Core.Deposits;
using HwBridge.Core.Eip2335;
using HwBridge.Core.Eip3076;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Age;

namespace HwBridge.Backups;

/// <summary>Makes a backup: keystores in, an age file out, every copy read back and verified.</summary>
public static class BackupCreator
{
    /// <summary>The largest backup file that is read, in bytes: the largest document, armored, and its header.</summary>
    internal const int MaxFileSize = (BackupDocumentCodec.MaxSize / 2 * 3) + (2 * AgeHeader.MaxLength);

    private const string DepositSource = "the deposit data";

    /// <summary>Decrypts the keystores on all cores, checks them, and writes the encrypted backup to each file of the request.</summary>
    /// <param name="request">What, for whom and where to.</param>
    /// <param name="progress">Told from several threads; may be null.</param>
    /// <param name="cancellationToken">Stops before the next key derivation; no file remains.</param>
    /// <returns>What was written. On any fault, none of the request's files exists.</returns>
    /// <exception cref="FaultException">
    /// <see cref="Fault.Io"/>: a file exists or can't be written; <see cref="Fault.CannotDecrypt"/>: a password is wrong;
    /// <see cref="Fault.BadInput"/>: a keystore, recipient or history is malformed, a deposit file is not in order, histories are of
    /// different networks, a key comes twice, or a deposit is for a key that is in no keystore;
    /// <see cref="Fault.Mismatch"/>: a copy read back is not what was written.
    /// </exception>
    /// <remarks>Memory: the number of cores times what the most expensive key derivation takes (256 MiB for the usual scrypt).</remarks>
    public static async Task<BackupReceipt> CreateAsync(
        BackupRequest request, IProgress<BackupProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        SlashingHistory? history = Merge(request.SlashingProtection);
        DepositFile? deposits = Check(request, cancellationToken);
        (BackupDocument document, IReadOnlyList<string> odd) =
            await DecryptAsync(request, history, deposits, progress, cancellationToken).ConfigureAwait(false);
        using (document)
        {
            using SecretBuffer plaintext = BackupDocumentCodec.Write(document);
            using SecretBuffer fileKey = SecretBuffer.Random(AgeFile.FileKeySize);
            byte[] file = RecipientsOf(request).Encrypt(fileKey, plaintext);
            await WriteAsync(file, fileKey, plaintext, request.Files, progress, cancellationToken).ConfigureAwait(false);
            string sha256 = Convert.ToHexStringLower(SHA256.HashData(file));
            return new BackupReceipt(request.Files, file.Length, sha256, document.Validators, odd, history);
        }
    }

    private static BackupRecipients RecipientsOf(BackupRequest request) => new() { Alone = request.Recipients, Shares = request.Shares };

    /// <summary>The histories together, or null where there are none.</summary>
    private static SlashingHistory? Merge(IReadOnlyList<HistoryInput> inputs)
    {
        SlashingHistory? merged = null;
        foreach (HistoryInput input in inputs)
        {
            SlashingHistory history = SlashingHistory.Parse(input.Json.Span, input.Source);
            merged = merged?.Merge(history) ?? history;
        }

        return merged;
    }

    private static ReadOnlyMemory<byte> Write(SlashingHistory? history)
    {
        ArrayBufferWriter<byte> json = new();
        history?.WriteTo(json);
        return json.WrittenMemory;
    }

    /// <summary>Everything that can be refused before the first key derivation.</summary>
    /// <returns>The request's deposits, or null where it has none.</returns>
    private static DepositFile? Check(BackupRequest request, CancellationToken cancellationToken)
    {
        RecipientsOf(request).RequireValid();
        if (request.Keystores.Count is 0 or > BackupDocumentCodec.MaxValidators)
        {
            throw new FaultException(
                Fault.BadInput,
                $"a backup holds 1 to {BackupDocumentCodec.MaxValidators:N0} keystores, not {request.Keystores.Count:N0}",
                "Make several backups, each with some of the keystores.");
        }

        if (request.Files.Count == 0)
        {
            throw new FaultException(Fault.Usage, "a backup needs a file to be written to", "Give --out FILE.");
        }

        HashSet<string> paths = [];
        foreach (string path in request.Files)
        {
            AtomicFile.EnsureCreatable(path);
            if (!paths.Add(Path.GetFullPath(path)))
            {
                throw new FaultException(Fault.Usage, $"{path} is given twice", "Give each copy a place of its own, best on another disk.");
            }
        }

        Dictionary<BlsPublicKey, Keystore> named = [];
        foreach (KeystoreInput input in request.Keystores)
        {
            if (input.Keystore.PublicKey is { } publicKey && !named.TryAdd(publicKey, input.Keystore))
            {
                throw Duplicate(publicKey, named[publicKey], input.Keystore);
            }
        }

        // Where every keystore names its key, deposits of others show before the first derivation.
        DepositFile? deposits = request.DepositData is { } json ? DepositFile.Parse(json.Span, DepositSource, cancellationToken) : null;
        if (named.Count == request.Keystores.Count)
        {
            CheckDeposits(deposits, [.. named.Keys]);
        }

        return deposits;
    }

    /// <summary>Deposits of other validators are another file's, stored unnoticed instead of the right one.</summary>
    private static void CheckDeposits(DepositFile? deposits, HashSet<BlsPublicKey> keys)
    {
        if (deposits?.Deposits.FirstOrDefault(deposit => !keys.Contains(deposit.PublicKey)) is { } foreign)
        {
            throw new FaultException(
                Fault.BadInput,
                $"{DepositSource} (line {foreign.Line}) has a deposit for {foreign.PublicKey}, which is in none of the keystores",
                "Give the deposit file that belongs to these keystores, or leave it out.");
        }
    }

    private static async Task<(BackupDocument Document, IReadOnlyList<string> Odd)> DecryptAsync(
        BackupRequest request,
        SlashingHistory? history,
        DepositFile? deposits,
        IProgress<BackupProgress>? progress,
        CancellationToken cancellationToken)
    {
        int count = request.Keystores.Count;
        BackupValidator[] validators = new BackupValidator[count];
        PasswordForm[] forms = new PasswordForm[count];
        SecretBuffer secrets = SecretBuffer.Allocate(count * BlsSecretKey.Size);
        try
        {
            await KeyWorkers.RunAsync(
                count,
                request.Keystores.Max(input => input.Keystore.Kdf.MemoryBytes),
                index =>
                {
                    (Keystore keystore, SecretBuffer password) = request.Keystores[index];
                    using BlsSecretKey key = keystore.Decrypt(password, out forms[index], cancellationToken);
                    key.Bytes.CopyTo(secrets.Span[(index * BlsSecretKey.Size)..]);
                    validators[index] = new BackupValidator(keystore.PublicKey ?? key.GetPublicKey(), keystore.ValidatorPath)
                    {
                        WrittenPath = keystore.ValidatorPath is null && keystore.Path.Length > 0 ? keystore.Path : null,
                    };
                },
                done => progress?.Report(new BackupProgress(BackupStage.Decrypting, done, count)),
                cancellationToken).ConfigureAwait(false);

            // Keystores that name no public key can be the same key too.
            Dictionary<BlsPublicKey, int> seen = [];
            for (int i = 0; i < count; i++)
            {
                BlsPublicKey publicKey = validators[i].PublicKey;
                if (!seen.TryAdd(publicKey, i))
                {
                    throw Duplicate(publicKey, request.Keystores[seen[publicKey]].Keystore, request.Keystores[i].Keystore);
                }
            }

            CheckDeposits(deposits, [.. seen.Keys]);
        }
        catch
        {
            secrets.Dispose();
            throw;
        }

        BackupDocument document = new(DateTimeOffset.UtcNow, validators, secrets)
        {
            SlashingProtection = request.SlashingProtection is [var only] ? only.Json : Write(history),
            DepositData = request.DepositData ?? default,
            Recipients = request.Recipients,
        };
        string[] odd =
            [.. request.Keystores.Where((_, index) => forms[index] != PasswordForm.Standard).Select(input => input.Keystore.Source)];
        return (document, odd);
    }

    /// <summary>All copies or none.</summary>
    private static async Task WriteAsync(
        byte[] file,
        SecretBuffer fileKey,
        SecretBuffer plaintext,
        IReadOnlyList<string> paths,
        IProgress<BackupProgress>? progress,
        CancellationToken cancellationToken)
    {
        List<string> written = [];
        try
        {
            foreach (string path in paths)
            {
                AtomicFile.Write(path, file, overwrite: false, cancellationToken);
                written.Add(path);
                byte[] copy = await InputFile.ReadAsync(path, MaxFileSize, cancellationToken).ConfigureAwait(false);
                Verify(path, copy, file, fileKey, plaintext);
                progress?.Report(new BackupProgress(BackupStage.Writing, written.Count, paths.Count));
            }
        }
        catch (Exception failure)
        {
            Unfinished.TakeBack(failure, written);
            throw;
        }
    }

    /// <summary>The copy is authentic from its first to its last byte, and says what was meant.</summary>
    private static void Verify(string path, byte[] copy, byte[] file, SecretBuffer fileKey, SecretBuffer plaintext)
    {
        FaultException? damage = null;
        try
        {
            using SecretBuffer decrypted = AgeFile.Parse(copy).Decrypt(fileKey);
            if (copy.AsSpan().SequenceEqual(file) && plaintext.ConstantTimeEquals(decrypted.Span))
            {
                return;
            }
        }
        catch (FaultException fault)
        {
            damage = fault;
        }

        throw new FaultException(
            Fault.Mismatch,
            $"{path}: what was read back is not what was written",
            "Don't trust this disk: write the backup to another one.",
            damage);
    }

    private static FaultException Duplicate(BlsPublicKey publicKey, Keystore first, Keystore second) => new(
        Fault.BadInput, $"{second.Source}: the key {publicKey} is in {first.Source} too", "Give each key once.");
}
