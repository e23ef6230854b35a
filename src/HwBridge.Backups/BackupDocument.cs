using HwBridge.Backups.Checks;
using HwBridge.Backups.Drills;
using HwBridge.Core.Bls;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Secrets;

namespace HwBridge.Backups;

/// <summary>
/// What is inside a backup (protocols/hwbridge/backup.md § The document): validators with their secret keys, in guarded memory.
/// </summary>
public sealed class BackupDocument : IDisposable
{
    private readonly SecretBuffer _secrets;

    /// <summary>A document whose secrets were already checked against their public keys.</summary>
    /// <param name="created">When the backup was made.</param>
    /// <param name="validators">At least one, no public key twice.</param>
    /// <param name="secrets">32 big-endian bytes for each validator, in order; the document disposes them.</param>
    internal BackupDocument(DateTimeOffset created, IReadOnlyList<BackupValidator> validators, SecretBuffer secrets)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(secrets.Length, validators.Count * BlsSecretKey.Size);
        (Created, Validators, _secrets) = (created, validators, secrets);
    }

    /// <summary>When the backup was made, in UTC.</summary>
    public DateTimeOffset Created { get; }

    /// <summary>The validators, in the order in which they were given.</summary>
    public IReadOnlyList<BackupValidator> Validators { get; }

    /// <summary>The validators as a check compares them.</summary>
    public IReadOnlyList<FoundKey> Keys => [.. Validators.Select(static validator => new FoundKey(validator.PublicKey, validator.Path))];

    /// <summary>The slashing protection history (EIP-3076 JSON) as it was given; empty where there is none.</summary>
    public ReadOnlyMemory<byte> SlashingProtection { get; init; }

    /// <summary>The deposit data (a JSON array, as in deposit_data-*.json) as it was given; empty where there is none.</summary>
    public ReadOnlyMemory<byte> DepositData { get; init; }

    /// <summary>
    /// Who opened the backup, each alone, when it was made: what <see cref="BackupRefresher"/> starts from. Empty where that is not known.
    /// </summary>
    public IReadOnlyList<X25519PublicKey> Recipients { get; internal set; } = [];

    /// <summary>The file that it was read from, for the record of drills; null while it is in none. Disposed with the document.</summary>
    public DrillSubject? Subject { get; internal set; }

    /// <summary>The secret key of the validator at <paramref name="index"/>; the caller disposes it.</summary>
    public BlsSecretKey GetSecretKey(int index) => BlsSecretKey.TryFromBytes(SecretOf(index), out BlsSecretKey? key)
        ? key
        : throw new InvalidOperationException("the secrets of a document are checked when it is made");

    /// <summary>The 32 bytes of that key; valid until <see cref="Dispose"/>.</summary>
    internal ReadOnlySpan<byte> SecretOf(int index) => _secrets.Span.Slice(index * BlsSecretKey.Size, BlsSecretKey.Size);

    /// <inheritdoc/>
    public void Dispose()
    {
        _secrets.Dispose();
        Subject?.Dispose();
    }
}
