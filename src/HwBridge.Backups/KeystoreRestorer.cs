using System.Buffers;
using System.Globalization;
using HwBridge.Backups.Files;
using HwBridge.Core.Bls;
using HwBridge.Core.Eip2335;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;

namespace HwBridge.Backups;

/// <summary>Turns an opened backup into a folder of EIP-2335 keystores, as the deposit tools lay it out.</summary>
public static class KeystoreRestorer
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const string SlashingProtectionName = "slashing_protection.json";

    /// <summary>Writes a keystore for each validator under a new password; each is read back and decrypted. All or nothing.</summary>
    /// <param name="document">An opened backup.</param>
    /// <param name="folder">Is made (mode 0700), or exists and is empty.</param>
    /// <param name="password">UTF-8 as typed.</param>
    /// <param name="kdf">The key derivation of the new keystores.</param>
    /// <param name="progress">Told from several threads; may be null.</param>
    /// <param name="cancellationToken">Stops before the next key derivation; nothing remains.</param>
    /// <exception cref="FaultException">
    /// <see cref="Fault.Io"/>: the folder has something in it, or can't be written; <see cref="Fault.BadInput"/>: an unusable password;
    /// <see cref="Fault.Mismatch"/>: a keystore read back does not give the key.
    /// </exception>
    public static async Task<RestoreReceipt> WriteAsync(
        BackupDocument document,
        string folder,
        SecretBuffer password,
        KeystoreKdf kdf,
        IProgress<BackupProgress>? progress,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(document);
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(password);
        ArgumentNullException.ThrowIfNull(kdf);
        List<string> made = Prepare(folder);
        string[] names = Names(document, out long timestamp);
        Dictionary<string, ReadOnlyMemory<byte>> others = [];
        AddOther(others, SlashingProtectionName, document.SlashingProtection);
        AddOther(others, string.Create(CultureInfo.InvariantCulture, $"deposit_data-{timestamp}.json"), document.DepositData);

        // Half-done work stands where nobody takes it for keystores, on the same disk, so that it appears by renaming.
        string partial = Path.Combine(folder, $".partial-{Path.GetRandomFileName()}");
        List<string> moved = [];
        try
        {
            Guard(partial, () => MakeFolder(partial));
            await KeyWorkers.RunAsync(
                names.Length,
                kdf.MemoryBytes,
                index => WriteKeystore(document, index, Path.Combine(partial, names[index]), password, kdf, cancellationToken),
                done => progress?.Report(new BackupProgress(BackupStage.Encrypting, done, names.Length)),
                cancellationToken).ConfigureAwait(false);
            foreach ((string name, ReadOnlyMemory<byte> content) in others)
            {
                AtomicFile.Write(Path.Combine(partial, name), content.Span, overwrite: false, cancellationToken);
            }

            foreach (string name in (string[])[.. names, .. others.Keys])
            {
                string path = Path.Combine(folder, name);
                Guard(path, () => File.Move(Path.Combine(partial, name), path, overwrite: false));
                moved.Add(path);
            }

            Guard(partial, () => Directory.Delete(partial));
            AtomicFile.FlushFolder(folder);
            made.ForEach(path => AtomicFile.FlushFolder(AtomicFile.FolderOf(path)));
        }
        catch (Exception failure)
        {
            string[] begun = Directory.Exists(partial) ? [.. Directory.GetFiles(partial), partial] : [];
            Unfinished.TakeBack(failure, [.. moved, .. begun, .. made]);
            throw;
        }

        return new RestoreReceipt(
            folder, [.. names.Zip(document.Validators, KeyValuePair.Create)], [.. others.Keys]);
    }

    /// <summary>Refuses early a folder that <see cref="WriteAsync"/> would refuse: one that has something in it.</summary>
    /// <exception cref="FaultException"><see cref="Fault.Io"/>.</exception>
    public static void EnsureUsable(string folder) => Guard(folder, () =>
    {
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
        {
            throw new FaultException(
                Fault.Io, $"{folder}: the folder is not empty, and is left as it is", "Name a new or an empty folder.");
        }
    });

    /// <summary>The folders that had to be made, the innermost first.</summary>
    private static List<string> Prepare(string folder)
    {
        EnsureUsable(folder);
        List<string> made = [];
        Guard(folder, () =>
        {
            string? missing = Path.GetFullPath(folder);
            for (; missing is not null && !Path.Exists(missing); missing = Path.GetDirectoryName(missing))
            {
                made.Add(missing);
            }

            if (made.Count > 0)
            {
                MakeFolder(folder);
            }
        });
        return made;
    }

    private static void MakeFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, OwnerOnly);
        }
    }

    private static void WriteKeystore(
        BackupDocument document, int index, string path, SecretBuffer password, KeystoreKdf kdf, CancellationToken cancellationToken)
    {
        BackupValidator validator = document.Validators[index];
        using BlsSecretKey key = document.GetSecretKey(index);
        ArrayBufferWriter<byte> json = new();
        Keystore.EncryptAt(validator.KeystorePath, key, password, kdf, cancellationToken).WriteTo(json);
        AtomicFile.Write(path, json.WrittenSpan, overwrite: false, cancellationToken);

        FaultException? damage = null;
        try
        {
            byte[] readBack = InputFile.ReadAsync(path, Keystore.MaxFileSize, cancellationToken).GetAwaiter().GetResult();
            using BlsSecretKey again = Keystore.Parse(readBack, path).Decrypt(password, cancellationToken);
            if (System.Security.Cryptography.CryptographicOperations.FixedTimeEquals(again.Bytes, key.Bytes))
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
            $"{path}: the keystore read back does not give the key of {validator.PublicKey}",
            "Don't trust this disk: restore to another one.",
            damage);
    }

    /// <summary>
    /// keystore-m_12381_3600_0_0_0-TIMESTAMP.json; keys of two seeds with the same path get the next second, since other tools know
    /// files by this pattern.
    /// </summary>
    private static string[] Names(BackupDocument document, out long timestamp)
    {
        timestamp = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        HashSet<string> taken = [];
        string[] names = new string[document.Validators.Count];
        for (int i = 0; i < names.Length; i++)
        {
            BackupValidator validator = document.Validators[i];
            string stem = validator.Path?.ToString().Replace('/', '_') ?? validator.PublicKey.ToString();
            long time = timestamp;
            do
            {
                names[i] = string.Create(CultureInfo.InvariantCulture, $"keystore-{stem}-{time++}.json");
            }
            while (!taken.Add(names[i]));
        }

        return names;
    }

    private static void AddOther(Dictionary<string, ReadOnlyMemory<byte>> others, string name, ReadOnlyMemory<byte> content)
    {
        if (!content.IsEmpty)
        {
            others.Add(name, content);
        }
    }

    private static void Guard(string path, Action action)
    {
        try
        {
            action();
        }
        catch (Exception exception)
            when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new FaultException(
                Fault.Io, $"{path}: {exception.Message}", "Free some space, or choose another folder, and run it again.", exception);
        }
    }
}
