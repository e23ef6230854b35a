using System.CommandLine;
using HwBridge.Core.Faults;

namespace HwBridge.Cli.Commands;

/// <summary>What the commands share that write a backup anew.</summary>
internal sealed class RewriteOptions
{
    private readonly Option<bool> _untested = new("--no-device-test")
    {
        Description = "Do not have each device of --to prove, with one confirmation, that it will open the backup",
    };

    private readonly Option<bool> _allowEmulator = new("--allow-emulator") { Description = "Let an emulator: device, whose seed is public, open it" };

    internal Option<string> Backup { get; } = new("--backup") { Description = "The backup", HelpName = "FILE", Required = true };

    internal RecipientOptions To { get; } = new(required: false, "--new-share-passphrase-file");

    internal Option<string> Output { get; } = new("--out") { Description = "The new file", HelpName = "FILE" };

    internal Option<bool> Replace { get; } = new("--replace")
    {
        Description = "Put the new file in place of the old one, once it is on the disk, read back and verified",
    };

    internal OpeningOptions Opening { get; } = new();

    internal void AddTo(Command command)
    {
        command.Add(Backup);
        Opening.AddTo(command);
        To.AddTo(command);
        foreach (Option option in (Option[])[Output, Replace, _untested, _allowEmulator])
        {
            command.Add(option);
        }
    }

    /// <summary>The new file: of --out, or the backup itself with --replace; null when neither was given.</summary>
    internal string? Target(ParseResult parsed) => (parsed.GetValue(Output), parsed.GetValue(Replace)) switch
    {
        ({ }, true) => throw new FaultException(
            Fault.Usage, "--out and --replace exclude each other", "Give --out for a new file, or --replace to give up the old one."),
        ({ } file, false) => file,
        (null, true) => parsed.GetRequiredValue(Backup),
        _ => null,
    };

    /// <summary>Those of --to, after each device's proof; the caller disposes them. Null where nobody is named.</summary>
    internal async Task<NamedRecipients?> RecipientsAsync(CommandContext context, CancellationToken cancellationToken) =>
        To.IsGiven(context.Parsed)
            ? await To.ReadAsync(
                context,
                uri => BackupCreateCommand.DeviceRecipientAsync(
                    context,
                    uri,
                    Opening.Device.Connect(context.Parsed),
                    keystores: null,
                    !context.Parsed.GetValue(_untested),
                    context.Parsed.GetValue(_allowEmulator),
                    cancellationToken),
                cancellationToken).ConfigureAwait(false)
            : null;

    /// <summary>What a new key does not do, and what it leaves behind.</summary>
    internal void TellOfOldCopies(CommandContext context)
    {
        context.Answer.Note("copies of the old file still open for its old recipients: find and destroy them where that matters");
        if (context.Parsed.GetValue(Replace))
        {
            BackupRepairCommand.WarnOfOldAppendix(context.Answer, context.Parsed.GetRequiredValue(Backup));
        }
    }
}
