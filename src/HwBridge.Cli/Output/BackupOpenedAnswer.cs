namespace HwBridge.Cli.Output;

/// <summary>The JSON of <c>backup open</c>.</summary>
internal sealed record BackupOpenedAnswer(string Folder, IReadOnlyList<RestoredKeystoreAnswer> Keystores, IReadOnlyList<string> OtherFiles);
