using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using HwBridge.Backups.Files;
using HwBridge.Core.Bls;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;

namespace HwBridge.Backups.Checks;

/// <summary>
/// The record of checks: a line of JSON each, with the date, the result and a keyed fingerprint of the expected keys.
/// It does not tell which keys, how many, on what device or where.
/// </summary>
/// <remarks>
/// Files in the folder: <c>checks.jsonl</c> and <c>checks.key</c> (32 random bytes), both mode 0600. The fingerprint is the first 8
/// bytes of HMAC-SHA-256 over the sorted public keys. Only a thief of both files can test whether a set of keys that they already
/// suspect was checked.
/// </remarks>
public static class CheckRecord
{
    private const int KeySize = 32;
    private const int FingerprintSize = 8;
    private const int MaxSize = 16 << 20;

    /// <summary>Adds one line.</summary>
    /// <param name="folder">The record's folder; made when missing, for its owner only.</param>
    /// <param name="report">The check.</param>
    /// <param name="date">The day, UTC.</param>
    /// <param name="cancellationToken">Stops before writing.</param>
    /// <exception cref="FaultException"><see cref="Fault.Io"/>; <see cref="Fault.BadInput"/>: the record's key is damaged.</exception>
    public static async Task AppendAsync(string folder, RestoreReport report, DateOnly date, CancellationToken cancellationToken)
    {
        MakeFolder(folder);
        using SecretBuffer key = await ReadOrCreateKeyAsync(Path.Combine(folder, "checks.key"), cancellationToken).ConfigureAwait(false);
        string path = Path.Combine(folder, "checks.jsonl");
        byte[] before = File.Exists(path) ? await InputFile.ReadAsync(path, MaxSize, cancellationToken).ConfigureAwait(false) : [];
        string result = report.IsMatch ? "match" : "mismatch";
        string line = string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"date\":\"{date:yyyy-MM-dd}\",\"set\":\"{Fingerprint(key, report)}\",\"result\":\"{result}\"}}\n");
        AtomicFile.Write(path, [.. before, .. Encoding.UTF8.GetBytes(line)], overwrite: true, cancellationToken);
    }

    private static void MakeFolder(string folder)
    {
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(folder);
            }
            else
            {
                Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new FaultException(
                Fault.Io,
                $"{folder}: can't be made: {exception.Message}",
                "Set XDG_STATE_HOME to a folder that can be written.",
                exception);
        }
    }

    private static async Task<SecretBuffer> ReadOrCreateKeyAsync(string path, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
        {
            using SecretBuffer fresh = SecretBuffer.Random(KeySize);
            AtomicFile.Write(path, fresh.Span, overwrite: false, cancellationToken);
        }

        SecretBuffer key = await InputFile.ReadSecretAsync(path, KeySize, cancellationToken).ConfigureAwait(false);
        if (key.Length == KeySize)
        {
            return key;
        }

        key.Dispose();
        throw new FaultException(
            Fault.BadInput,
            $"{path}: has {key.Length} bytes instead of {KeySize}",
            "Move it away; a new record begins with a new key.");
    }

    private static string Fingerprint(SecretBuffer key, RestoreReport report)
    {
        byte[] keys = new byte[report.Keys.Count * BlsPublicKey.Size];
        int offset = 0;
        foreach (CheckedKey row in report.Keys.OrderBy(row => row.Expected.PublicKey.ToString(), StringComparer.Ordinal))
        {
            row.Expected.PublicKey.CopyTo(keys.AsSpan(offset));
            offset += BlsPublicKey.Size;
        }

        Span<byte> tag = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key.Span, keys, tag);
        return Convert.ToHexStringLower(tag[..FingerprintSize]);
    }
}
