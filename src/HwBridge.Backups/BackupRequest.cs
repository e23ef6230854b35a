using HwBridge.Core.KeyStores;
using HwBridge.Protocols.Age.Sharing;

namespace HwBridge.Backups;

/// <summary>What to back up, for whom, and where to.</summary>
public sealed record BackupRequest
{
    /// <summary>At least one keystore; no key twice.</summary>
    public required IReadOnlyList<KeystoreInput> Keystores { get; init; }

    /// <summary>Who opens the backup, each alone: devices' public keys and parsed <c>age1…</c>. None twice; at least one, without shares.</summary>
    public IReadOnlyList<X25519PublicKey> Recipients { get; init; } = [];

    /// <summary>Who opens the backup together, instead of <see cref="Recipients"/>; null where each does alone.</summary>
    public SharePolicy? Shares { get; init; }

    /// <summary>The files to write, all with the same bytes; none may exist.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>EIP-3076 histories of one network; one is kept byte for byte, several are merged.</summary>
    public IReadOnlyList<HistoryInput> SlashingProtection { get; init; } = [];

    /// <summary>A deposit_data-*.json, as read, for keys of <see cref="Keystores"/> only; it is verified whole. Null for none.</summary>
    public ReadOnlyMemory<byte>? DepositData { get; init; }
}
