namespace HwBridge.Backups.Sharing;

/// <summary>A share on its way to the coordinator.</summary>
/// <param name="Number">Its number in the backup.</param>
/// <param name="Holder">The holder's <c>age1…</c>; null where a passphrase opened it.</param>
/// <param name="File">An armored age file that only the coordinator's one-time key opens.</param>
public sealed record SealedShare(int Number, string? Holder, ReadOnlyMemory<byte> File);
