namespace HwBridge.Backups.Drills;

/// <summary>What a record says of one backup or wallet.</summary>
/// <param name="Id">Which.</param>
/// <param name="LastMatch">The day (UTC) on which it last restored the expected keys; null when it never did.</param>
/// <param name="LastTry">The day of the last drill.</param>
/// <param name="Matched">How that one ended.</param>
public sealed record DrillEntry(DrillId Id, DateOnly? LastMatch, DateOnly LastTry, bool Matched);
