using System.CommandLine;
using HwBridge.Backups;
using HwBridge.Cli.Output;

namespace HwBridge.Cli.Commands;

/// <summary><c>backup inspect</c>: what anyone learns from the file without a key.</summary>
internal static class BackupInspectCommand
{
    internal static Command Create(CommandRunner runner)
    {
        Argument<string> file = new("FILE") { Description = "A backup, or any age file" };
        Command command = new("inspect", "What anyone can learn from the file without a key") { file };
        command.SetAction(runner.Run(async (context, cancellationToken) =>
        {
            BackupInspection found = await BackupInspector.InspectAsync(
                context.Parsed.GetRequiredValue(file),
                cancellationToken).ConfigureAwait(false);
            BackupInspectedAnswer document = BackupInspectedAnswer.Of(found);
            context.Answer.Give(document, json => json.BackupInspectedAnswer, text =>
            {
                string opening = document.Shares is { } shares ? $"together: {shares}" : document.Threshold == 1 ? "each opens it alone" : "what opens it, other programs know";
                string tags = document.HasTags ? "yes: a device recognises its own part before it is asked" : "no: another program wrote it";
                string digest = document.HasDigest ? "yes: damage shows without a key" : "no: only opening it shows damage";
                text.WriteLine($"format      {document.Format}{(document.Armored ? ", armored" : string.Empty)}");
                text.WriteLine($"size        {document.Size} bytes, {document.PlaintextSize} of them inside");
                text.WriteLine($"recipients  {document.Recipients}, {opening}");
                foreach (StanzaCountAnswer stanza in document.Stanzas)
                {
                    text.WriteLine($"            {stanza.Count} × {stanza.Type}");
                }

                text.WriteLine($"tags        {tags}");
                text.WriteLine($"digest      {digest}");
            });
            return 0;
        }));
        return command;
    }
}
