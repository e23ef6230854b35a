using System.CommandLine;

namespace HwBridge.Cli.Commands;

/// <summary><c>backup</c>: encrypted backups that devices open.</summary>
internal static class BackupCommand
{
    internal static Command Create(CommandRunner runner) => new("backup", "Encrypted backups that the named devices and recipients open")
    {
        BackupCreateCommand.Create(runner),
        BackupInspectCommand.Create(runner),
        BackupVerifyCommand.Create(runner),
        BackupOpenCommand.Create(runner),
        BackupShareCommand.Create(runner),
        BackupOpenCommand.CreateCombine(runner),
        BackupCopyCommand.Create(runner),
        BackupRewrapCommand.Create(runner),
        BackupRefreshCommand.Create(runner),
        BackupRepairCommand.Create(runner),
        BackupExportCommand.Create(runner),
        BackupListCommand.Create(runner),
        BackupImportCommand.Create(runner),
        BackupEraseCommand.Create(runner),
    };
}
