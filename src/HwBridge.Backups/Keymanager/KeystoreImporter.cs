using System.Buffers;
using HwBridge.Core.Bls;
using HwBridge.Core.Eip2335;
using HwBridge.Core.Eip3076;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;

namespace HwBridge.Backups.Keymanager;

/// <summary>
/// Gives the keys of an opened backup to a validator client, as keystores under a password that is made for this and forgotten.
/// </summary>
/// <remarks>
/// What the client lists is the truth, before and after: a key that it has is not sent, one that it says it took must be listed, and after a
/// lost answer the list tells what became of the keys. Nothing is ever sent twice: who runs it again begins with the list.
/// </remarks>
public static class KeystoreImporter
{
    /// <summary>How many keystores are sent at once.</summary>
    internal const int BatchSize = 20;

    /// <summary>The longest history of one key that is sent whole, in bytes of JSON; a longer one is sent as its watermarks.</summary>
    internal const int MaxHistory = 32 << 10;

    // 256 bits, as hex digits.
    private const int PasswordBytes = 32;

    /// <summary>Lists, sends what is missing in batches, and lists again.</summary>
    /// <param name="document">An opened backup.</param>
    /// <param name="client">The validator client.</param>
    /// <param name="history">What the keys have signed; null to send none.</param>
    /// <param name="kdf">The key derivation of the keystores, which the client runs at each of its starts.</param>
    /// <param name="progress">Told from several threads; may be null.</param>
    /// <param name="cancellationToken">Stops between and within batches.</param>
    /// <returns>A row for each key, in the order of the document.</returns>
    /// <exception cref="FaultException">The client's, as long as nothing was sent; <see cref="Fault.Cancelled"/>.</exception>
    public static async Task<ImportReport> ImportAsync(
        BackupDocument document,
        KeymanagerClient client,
        SlashingHistory? history,
        KeystoreKdf kdf,
        IProgress<BackupProgress>? progress,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(document);
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(kdf);
        HashSet<string> before = await client.ListAsync(cancellationToken).ConfigureAwait(false);
        ImportedKey[] keys =
        [
            .. document.Validators.Select(validator => before.Contains(NameOf(validator))
                ? new ImportedKey(validator, ImportStatus.Duplicate, null)
                : new ImportedKey(validator, ImportStatus.Unsent, null)),
        ];
        int[] missing = [.. Enumerable.Range(0, keys.Length).Where(index => !keys[index].IsThere)];
        Dictionary<BlsPublicKey, ValidatorHistory> histories = history?.Validators.ToDictionary(static one => one.PublicKey) ?? [];
        using SecretBuffer password = NewPassword();
        int sent = 0;
        foreach (int[] batch in missing.Chunk(BatchSize))
        {
            Keystore[] keystores = await EncryptAsync(document, batch, password, kdf, cancellationToken).ConfigureAwait(false);
            byte[]? signed = history is null ? null : Write(history, batch.Select(index => histories.GetValueOrDefault(keys[index].Validator.PublicKey)));
            FaultException? trouble;
            try
            {
                using KeystoreBatch body = new(keystores, password, signed);
                trouble = await SendAsync(client, body, keys, batch, isFirst: sent == 0, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException exception)
            {
                throw new FaultException(
                    Fault.Cancelled,
                    "stopped while keys were on their way: the validator client may have taken them",
                    "Run it again when you are ready: keys that the client lists are not sent twice.",
                    exception);
            }

            sent += batch.Length;
            progress?.Report(new BackupProgress(BackupStage.Sending, sent, missing.Length));
            if (trouble is not null)
            {
                return new ImportReport(keys, trouble);
            }
        }

        return new ImportReport(keys, null);
    }

    /// <summary>Sends one batch, and compares what the client says with what it lists then.</summary>
    /// <returns>Why nothing more should be sent; else null.</returns>
    private static async Task<FaultException?> SendAsync(
        KeymanagerClient client, KeystoreBatch body, ImportedKey[] keys, int[] batch, bool isFirst, CancellationToken cancellationToken)
    {
        FaultException? trouble = null;
        IReadOnlyList<KeymanagerStatus>? answers = null;
        try
        {
            answers = await client.ImportAsync(body, cancellationToken).ConfigureAwait(false);
        }
        catch (FaultException fault) when (!isFirst || fault.Fault is not (Fault.BadInput or Fault.Unsupported))
        {
            // Those two of the first batch mean that it looked at no key; after any other, the list tells.
            trouble = fault;
        }

        HashSet<string>? after = null;
        try
        {
            after = await client.ListAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (FaultException fault)
        {
            trouble ??= fault;
        }

        for (int i = 0; i < batch.Length; i++)
        {
            ref ImportedKey key = ref keys[batch[i]];
            bool? isListed = after?.Contains(NameOf(key.Validator));
            key = (answers?[i], isListed) switch
            {
                ({ Status: ImportStatus.Error } said, _) => key with
                {
                    Status = ImportStatus.Error,
                    Message = (said.Message ?? "refused without a word") + (isListed == true ? "; and yet the client lists it now" : string.Empty),
                },
                ({ } said, true) => key with { Status = said.Status, Message = said.Message },
                ({ } said, false) => key with
                {
                    Status = ImportStatus.Error,
                    Message = $"the client says {(said.Status == ImportStatus.Imported ? "imported" : "duplicate")}, but does not list it",
                },
                (null, true) => key with { Status = ImportStatus.Imported, Message = "no usable answer came, but the client lists it now" },
                (null, false) => key with { Status = ImportStatus.Error, Message = "no usable answer came, and the client does not list it" },
                (_, null) => key with { Status = ImportStatus.Unknown, Message = "what the client has could not be listed" },
            };
        }

        return trouble;
    }

    /// <summary>Hex digits, which every client and every normalisation leaves as they are.</summary>
    private static SecretBuffer NewPassword()
    {
        using SecretBuffer random = SecretBuffer.Random(PasswordBytes);
        SecretBuffer digits = SecretBuffer.Allocate(2 * PasswordBytes);
        SecretHex.Encode(random.Span, digits.Span);
        return digits;
    }

    private static async Task<Keystore[]> EncryptAsync(
        BackupDocument document, int[] batch, SecretBuffer password, KeystoreKdf kdf, CancellationToken cancellationToken)
    {
        Keystore[] keystores = new Keystore[batch.Length];
        await KeyWorkers.RunAsync(
            batch.Length,
            kdf.MemoryBytes,
            index =>
            {
                BackupValidator validator = document.Validators[batch[index]];
                using BlsSecretKey key = document.GetSecretKey(batch[index]);
                keystores[index] = Keystore.EncryptAt(validator.KeystorePath, key, password, kdf, cancellationToken);
            },
            static _ => { },
            cancellationToken).ConfigureAwait(false);
        return keystores;
    }

    /// <summary>What the keys of one batch have signed; of keys that the history does not know, nothing.</summary>
    private static byte[] Write(SlashingHistory history, IEnumerable<ValidatorHistory?> validators)
    {
        ArrayBufferWriter<byte> json = new();
        List<ValidatorHistory> some = [];
        foreach (ValidatorHistory validator in validators.OfType<ValidatorHistory>())
        {
            json.ResetWrittenCount();
            new SlashingHistory(history.Source, history.GenesisValidatorsRoot, [validator]).WriteTo(json);
            some.Add(json.WrittenCount <= MaxHistory ? validator : validator.Minify());
        }

        json.ResetWrittenCount();
        new SlashingHistory(history.Source, history.GenesisValidatorsRoot, some).WriteTo(json);
        return json.WrittenSpan.ToArray();
    }

    private static string NameOf(BackupValidator validator) => validator.PublicKey.ToString()[2..];
}
