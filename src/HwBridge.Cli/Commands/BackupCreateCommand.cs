using System.CommandLine;
using HwBridge.Backups;
using HwBridge.Backups.Files;
using HwBridge.Cli.Output;
using HwBridge.Core.Bls;
using HwBridge.Core.Deposits;
using HwBridge.Core.Eip2334;
using HwBridge.Core.Eip2335;
using HwBridge.Core.Eip3076;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.People;
using HwBridge.Core.Secrets;
using HwBridge.Devices;
using HwBridge.Protocols.Age.Sharing;

namespace HwBridge.Cli.Commands;

/// <summary>
/// <c>backup create</c>: keystores in, one encrypted file for devices and age recipients out, in several verified copies.
/// </summary>
internal static class BackupCreateCommand
{
    /// <summary>How many of the findings in a history are shown one by one.</summary>
    private const int ShownFindings = 3;

    internal static Command Create(CommandRunner runner)
    {
        DeviceOptions device = new();
        PasswordOptions password = new();
        RecipientOptions to = new();
        Option<string[]> from = new("--from")
        {
            Description = "EIP-2335 keystores, or folders as the deposit tools write them",
            HelpName = "PATH",
            Required = true,
            AllowMultipleArgumentsPerToken = true,
        };
        Option<string[]> history = new("--slashing-protection")
        {
            Description = "EIP-3076 interchange files to keep with the keys; several are merged",
            HelpName = "FILE",
            AllowMultipleArgumentsPerToken = true,
        };
        Option<string> deposits = new("--deposit-data") { Description = "A deposit_data-*.json to keep with the keys", HelpName = "FILE" };
        Option<string> output = new("--out") { Description = "The new file", HelpName = "FILE", Required = true };
        Option<string[]> copies = new("--copies")
        {
            Description = "More copies of it",
            HelpName = "FILE",
            AllowMultipleArgumentsPerToken = true,
        };
        Option<bool> untested = new("--no-device-test")
        {
            Description = "Do not have each device prove, with one confirmation, that it will open the backup",
        };
        Option<bool> allowEmulator = new("--allow-emulator")
        {
            Description = "Let an emulator: device, whose seed is public, guard keys that are not its own",
        };

        Command command = new("create", "Encrypt keystores so that only the named devices and recipients open them");
        command.Add(from);
        to.AddTo(command);
        password.AddTo(command);
        foreach (Option option in (Option[])[history, deposits, output, copies, untested, device.Passphrase, allowEmulator])
        {
            command.Add(option);
        }

        command.SetAction(runner.Run(async (context, cancellationToken) =>
        {
            ParseResult parsed = context.Parsed;
            string[] files = [parsed.GetRequiredValue(output), .. parsed.GetValue(copies) ?? []];
            foreach (string file in files)
            {
                AtomicFile.EnsureCreatable(file);
            }

            IReadOnlyList<Keystore> keystores = await KeyFiles.ReadKeystoresAsync(
                parsed.GetRequiredValue(from),
                cancellationToken).ConfigureAwait(false);
            List<HistoryInput> histories = [];
            foreach (string file in parsed.GetValue(history) ?? [])
            {
                histories.Add(new HistoryInput(
                    file, await InputFile.ReadAsync(file, SlashingHistory.MaxFileSize, cancellationToken).ConfigureAwait(false)));
            }

            ReadOnlyMemory<byte>? depositData = parsed.GetValue(deposits) is { } depositFile
                ? await InputFile.ReadAsync(depositFile, DepositFile.MaxFileSize, cancellationToken).ConfigureAwait(false)
                : default(ReadOnlyMemory<byte>?);
            using SecretBuffer secret = await password.ReadAsync(
                context,
                new SecretQuestion(SecretKind.Password, $"Password of the {keystores.Count} keystores"),
                cancellationToken).ConfigureAwait(false);
            using NamedRecipients recipients = await to.ReadAsync(
                context,
                uri => DeviceRecipientAsync(
                    context,
                    uri,
                    device.Connect(parsed),
                    keystores,
                    !parsed.GetValue(untested),
                    parsed.GetValue(allowEmulator),
                    cancellationToken),
                cancellationToken).ConfigureAwait(false);
            BackupRequest request = new()
            {
                Keystores = [.. keystores.Select(keystore => new KeystoreInput(keystore, secret))],
                Recipients = recipients.Recipients.Alone,
                Shares = recipients.Recipients.Shares,
                Files = files,
                SlashingProtection = histories,
                DepositData = depositData,
            };
            BackupReceipt receipt;
            using (BackupProgressLine progress = new(context.Answer))
            {
                receipt = await BackupCreator.CreateAsync(request, progress, cancellationToken).ConfigureAwait(false);
            }

            foreach (string source in receipt.NonStandardPasswords)
            {
                context.Answer.Warn($"{source} opened only with the accents dropped from the password: other programs will not open it");
            }

            BackupCreatedAnswer document = BackupCreatedAnswer.Of(receipt, request);
            TellOfHistory(context.Answer, document.SlashingProtection);
            context.Answer.Give(document, json => json.BackupCreatedAnswer, text =>
            {
                string keys = document.Validators.Count == 1 ? "1 key" : $"{document.Validators.Count} keys";
                string recipient = document.Recipients == 1 ? "1 recipient" : $"{document.Recipients} recipients";
                string together = request.Shares is null ? string.Empty : $", {Describe(request.Shares)} together";
                foreach (string file in document.Files)
                {
                    text.WriteLine($"{file}: {keys} for {recipient}{together}, {document.Size} bytes, read back and verified");
                }
            });
            return 0;
        }));
        return command;
    }

    private static string Describe(SharePolicy policy) =>
        policy.Recipients.Any(recipient => recipient.Group is not null)
            ? $"{policy.Threshold} of ({string.Join(", ", policy.Recipients.Select(recipient => recipient.Group is { } group ? Describe(group) : "1"))})"
            : $"{policy.Threshold} of {policy.Recipients.Count}";

    private static void TellOfHistory(Answer answer, HistoryAnswer? history)
    {
        const string advice = "before it validates elsewhere, export its history from the old client or wait until that is surely off";
        if (history is null)
        {
            answer.Note($"no slashing-protection history is inside: for each key, {advice}");
            return;
        }

        foreach (string pubkey in history.Missing)
        {
            answer.Note($"the slashing-protection history says nothing of {pubkey}: {advice}");
        }

        foreach (string finding in history.Findings.Take(ShownFindings))
        {
            answer.Warn($"the slashing-protection history has what should not be: {finding}");
        }

        if (history.Findings.Count > ShownFindings)
        {
            answer.Warn($"… and {history.Findings.Count - ShownFindings} more of such findings (all with --json)");
        }
    }

    internal static async ValueTask<X25519PublicKey> DeviceRecipientAsync(
        CommandContext context,
        DeviceUri uri,
        ConnectOptions options,
        IReadOnlyList<Keystore>? keystores,
        bool test,
        bool allowEmulator,
        CancellationToken cancellationToken)
    {
        await using IKeyStore keyStore = await context.OpenAsync(uri, options, cancellationToken).ConfigureAwait(false);
        if (uri.Route == DeviceRoute.Embedded && !allowEmulator)
        {
            await RequireOwnKeysAsync(keyStore, keystores, cancellationToken).ConfigureAwait(false);
        }

        ISealing sealing = keyStore.Require<ISealing>("seal backups");
        X25519PublicKey recipient = await sealing.GetPublicKeyAsync(confirm: false, cancellationToken).ConfigureAwait(false);
        if (test)
        {
            context.Person.Tell($"{uri.Text}: one confirmation, to prove that this device will open the backup.");
            await SealingProof.RequireAsync(sealing, recipient, cancellationToken).ConfigureAwait(false);
        }

        return recipient;
    }

    private static async ValueTask RequireOwnKeysAsync(
        IKeyStore keyStore,
        IReadOnlyList<Keystore>? keystores,
        CancellationToken cancellationToken)
    {
        if (keystores is null)
        {
            throw PublicSeed("the backup may hold keys that are not those", keyStore);
        }

        Dictionary<ValidatorKeyPath, BlsPublicKey> own = [];
        IEnumerable<ValidatorKeyPath> paths = keystores.Select(keystore => keystore.ValidatorPath).OfType<ValidatorKeyPath>().Distinct();
        await foreach (DerivedKey key in keyStore.Require<IValidatorKeys>("derive validator keys").GetPublicKeysAsync(
            paths,
            confirm: false,
            cancellationToken).ConfigureAwait(false))
        {
            own[key.Path] = key.PublicKey;
        }

        foreach (Keystore keystore in keystores)
        {
            if (keystore.ValidatorPath is not { } path || keystore.PublicKey is not { } publicKey || own[path] != publicKey)
            {
                throw PublicSeed($"{keystore.Source} is no key", keyStore);
            }
        }
    }

    private static FaultException PublicSeed(string what, IKeyStore keyStore) => new(
        Fault.Usage,
        $"{what} of {keyStore.Info.Uri}, whose seed is public: anybody could open the backup",
        "Name your wallet with --to. To try things out with keys that are worth nothing, add --allow-emulator.");
}
