using System.CommandLine;
using HwBridge.Backups;
using HwBridge.Cli.Terminals;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.People;
using HwBridge.Core.Secrets;
using HwBridge.Devices;
using HwBridge.Protocols.Age;
using HwBridge.Protocols.Age.Sharing;

namespace HwBridge.Cli.Commands;

/// <summary>The options that say who opens a backup, alone or together.</summary>
/// <param name="required">Whether they have to be named.</param>
/// <param name="passphraseFile">What the option is called that gives passphrases in files.</param>
internal sealed class RecipientOptions(bool required = true, string passphraseFile = OpeningOptions.PassphraseFileName)
{
    internal Option<string[]> To { get; } = new("--to")
    {
        Description = "Who opens it, each alone unless --threshold is given: a device URI, an age1… recipient, the word passphrase, "
            + "or a group such as '2(age1…,age1…,passphrase)', of which two count as one",
        HelpName = "DEVICE|age1…|passphrase|K(…)",
        Required = required,
        AllowMultipleArgumentsPerToken = true,
    };

    internal Option<int?> Threshold { get; } = new("--threshold")
    {
        Description = "How many of the recipients open it together; fewer learn nothing",
        HelpName = "K",
    };

    internal Option<string[]> PassphraseFile { get; } =
        OpeningOptions.CreatePassphraseFile(passphraseFile, "Its first line is the next passphrase of --to; without it, each is asked for twice");

    internal void AddTo(Command command)
    {
        command.Add(To);
        command.Add(Threshold);
        command.Add(PassphraseFile);
    }

    /// <summary>Whether anybody is named.</summary>
    internal bool IsGiven(ParseResult parsed) => parsed.GetValue(To) is { Length: > 0 };

    /// <summary>Finds out who is named: what can be refused first, then each passphrase, then each device.</summary>
    /// <param name="context">The command's.</param>
    /// <param name="keyOf">Gives a device's key, after its proof.</param>
    /// <param name="cancellationToken">Stops the wait for a person.</param>
    /// <returns>The caller disposes them.</returns>
    /// <exception cref="FaultException"><see cref="Fault.Usage"/>: not as the help says; the devices' own.</exception>
    internal async ValueTask<NamedRecipients> ReadAsync(
        CommandContext context, Func<DeviceUri, ValueTask<X25519PublicKey>> keyOf, CancellationToken cancellationToken)
    {
        TypedRecipient[] typed = [.. (context.Parsed.GetValue(To) ?? []).Select(TypedRecipient.Parse)];
        int threshold = context.Parsed.GetValue(Threshold) ?? 1;
        bool isShared = threshold != 1 || typed.Any(static recipient => recipient.IsPassphrase || recipient.Group is not null);
        List<SecretBuffer> passphrases = [];
        Queue<string> files = new(context.Parsed.GetValue(PassphraseFile) ?? []);
        try
        {
            // Once with the devices' keys left open: nobody confirms anything for a policy that is refused afterwards.
            SharePolicy outline = await PolicyAsync(threshold, typed, PassphraseAsync, static _ => default).ConfigureAwait(false);
            outline.RequireValid();
            if (files.Count > 0)
            {
                throw new FaultException(Fault.Usage, $"there are more {passphraseFile} than passphrases in --to", "Give one for each.");
            }

            Queue<SecretBuffer> read = new(passphrases);
            SharePolicy policy = await PolicyAsync(threshold, typed, () => ValueTask.FromResult(read.Dequeue()), keyOf).ConfigureAwait(false);
            return new NamedRecipients
            {
                Recipients = new BackupRecipients
                {
                    Alone = isShared ? [] : [.. policy.Recipients.Select(static recipient => recipient.Key!.Value)],
                    Shares = isShared ? policy : null,
                },
                Passphrases = passphrases,
            };
        }
        catch
        {
            passphrases.ForEach(static passphrase => passphrase.Dispose());
            throw;
        }

        async ValueTask<SecretBuffer> PassphraseAsync()
        {
            SecretBuffer? passphrase = files.TryDequeue(out string? file)
                ? PasswordSource.FromFile(file, context.Person, cancellationToken, passphraseFile)
                : await context.Person.AskSecretAsync(
                    new SecretQuestion(SecretKind.SharePassphrase, $"New passphrase {passphrases.Count + 1} for the backup", Repeat: true),
                    cancellationToken).ConfigureAwait(false);
            passphrases.Add(passphrase ?? throw new FaultException(
                Fault.Usage, "a passphrase is needed, and nobody can be asked for it", $"Give {passphraseFile} FILE, once for each passphrase."));
            return passphrase.Length > 0
                ? passphrase
                : throw new FaultException(Fault.Usage, "the passphrase is empty", "Type one that nobody guesses: six random words, or more.");
        }
    }

    private static async ValueTask<SharePolicy> PolicyAsync(
        int threshold,
        IReadOnlyList<TypedRecipient> typed,
        Func<ValueTask<SecretBuffer>> passphrase,
        Func<DeviceUri, ValueTask<X25519PublicKey>> keyOf)
    {
        List<ShareRecipient> recipients = [];
        foreach (TypedRecipient recipient in typed)
        {
            recipients.Add(recipient switch
            {
                { Group: { } group } => ShareRecipient.Of(await PolicyAsync(recipient.Threshold, group, passphrase, keyOf).ConfigureAwait(false)),
                { IsPassphrase: true } => ShareRecipient.Of(await passphrase().ConfigureAwait(false)),
                { IsAge: true } => ShareRecipient.Of(AgeRecipient.Parse(recipient.Text)),
                _ => ShareRecipient.Of(await keyOf(DeviceUri.Parse(recipient.Text)).ConfigureAwait(false)),
            });
        }

        return new SharePolicy(threshold, recipients);
    }
}
