namespace HwBridge.Backups;

/// <summary>How far a stage is.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Done">Of <paramref name="Total"/>.</param>
/// <param name="Total">All of the stage.</param>
public readonly record struct BackupProgress(BackupStage Stage, int Done, int Total);
