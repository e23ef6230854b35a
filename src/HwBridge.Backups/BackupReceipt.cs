using HwBridge.Core.Eip3076;

namespace HwBridge.Backups;

/// <summary>A backup that was written, read back and verified.</summary>
/// <param name="Files">The copies.</param>
/// <param name="Size">Of each copy, in bytes.</param>
/// <param name="Sha256">Of each copy, 64 hex digits.</param>
/// <param name="Validators">What is inside, in the order of the keystores.</param>
/// <param name="NonStandardPasswords">
/// Sources of keystores that only opened with accents dropped from the password: other programs won't open them.
/// </param>
/// <param name="SlashingProtection">The history inside, merged where several were given; null where there is none.</param>
public sealed record BackupReceipt(
    IReadOnlyList<string> Files,
    long Size,
    string Sha256,
    IReadOnlyList<BackupValidator> Validators,
    IReadOnlyList<string> NonStandardPasswords,
    SlashingHistory? SlashingProtection);
