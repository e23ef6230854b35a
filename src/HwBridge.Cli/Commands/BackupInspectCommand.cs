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
                string opening = document.Shares is { } shares ? $"together: {shares}"
                    : document.Threshold == 1 ? "each opens it alone" : "what opens it, other programs know";
                string padding = document.Padded ? "padded to a step" : "not padded: the size tells how many keys are inside";
                string tags = document.HasTags
                    ? "yes: a device recognises its own part before it is asked, as does whoever knows its public key"
                    : "no: another program wrote it";
                string digest = document.FitsDigest switch
                {
                    true => "yes, and its bytes are those of the digest",
                    false => "its bytes are not those of the digest: damaged",
                    null => "no: only opening it shows damage",
                };
                text.WriteLine($"format      {document.Format}{(document.Armored ? ", armored" : string.Empty)}");
                text.WriteLine($"written by  {(document.FromHwBridge ? "HwBridge" : "any age program")}");
                text.WriteLine($"size        {document.Size} bytes, {document.PlaintextSize} of them inside, {padding}");
                text.WriteLine($"            at most {document.MaxValidators} keys");
                text.WriteLine($"sha256      {document.Sha256}");
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
