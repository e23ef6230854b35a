using HwBridge.Core.Bls;
using HwBridge.Core.Eip2334;

namespace HwBridge.Backups;

/// <summary>What a backup says of one validator beside its secret key.</summary>
/// <param name="PublicKey">Checked against the secret key.</param>
/// <param name="Path">Where the key comes from, or null where that is unknown or not under m/12381/3600. Nothing proves it.</param>
public sealed record BackupValidator(BlsPublicKey PublicKey, ValidatorKeyPath? Path)
{
    /// <summary>What the keystore says instead, where that is no path under m/12381/3600; carried along as it is.</summary>
    public string? WrittenPath { get; init; }

    /// <summary>The path that a new keystore says; empty where none is known.</summary>
    internal string KeystorePath => Path?.ToString() ?? WrittenPath ?? string.Empty;
}
