namespace HwBridge.Backups.Keymanager;

/// <summary>A client's answer about one keystore: its <c>status</c> and <c>message</c>.</summary>
internal readonly record struct KeymanagerStatus(ImportStatus Status, string? Message);
