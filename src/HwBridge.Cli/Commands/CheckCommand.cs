using System.CommandLine;
using System.Globalization;
using HwBridge.Backups;
using HwBridge.Backups.Checks;
using HwBridge.Backups.Drills;
using HwBridge.Backups.Files;
using HwBridge.Cli.Output;
using HwBridge.Core.Deposits;
using HwBridge.Core.ExpectedKeys;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;

namespace HwBridge.Cli.Commands;

/// <summary><c>check</c>: does this wallet, or this backup, still restore the expected keys?</summary>
internal static class CheckCommand
{
    internal static Command Create(CommandRunner runner)
    {
        OpeningOptions opening = new();
        DeviceOptions device = opening.Device;
        Option<string[]> expect = ExpectedKeyOptions.Expect(required: false);
        Option<string> backup = new("--backup")
        {
            Description = "Have the device, or several one after the other, open this backup and compare the keys inside, in memory only",
            HelpName = "FILE",
        };
        Option<string> scan = new("--scan")
        {
            Description = "Indices to look through for keys whose path is not known (default 0-99)",
            HelpName = "FIRST-LAST",
        };
        SeedCheckOptions seed = new();
        Option<bool> record = new("--record") { Description = "Note the day and the result in the record of drills ($XDG_STATE_HOME/hwbridge/drills)" };

        Command command = new("check", "Does this wallet still restore the expected keys, or hold the seed on your paper? Exit code 0 only if all matched");
        opening.AddTo(command);
        command.Add(expect);
        command.Add(backup);
        command.Add(scan);
        command.Add(record);
        seed.AddTo(command, expect, backup, scan, record);
        command.SetAction(runner.Run(async (context, cancellationToken) =>
        {
            string? file = context.Parsed.GetValue(backup);
            IndexRange? range = Range(context.Parsed.GetValue(scan));
            bool recorded = context.Parsed.GetValue(record);
            if (recorded)
            {
                await DrillRecords.RequireReadableAsync(context, cancellationToken).ConfigureAwait(false);
            }

            string[] sources = context.Parsed.GetValue(expect) ?? [];
            ExpectedKeySet expected = sources.Length == 0
                ? ExpectedKeySet.Merge([])
                : await KeyFiles.ReadExpectedKeysAsync(sources, cancellationToken).ConfigureAwait(false);
            RestoreReport report = new([], [], Scanned: null);
            KeyStoreInfo? info = null;
            CheckedSeedAnswer? words = null;
            CheckedBackupAnswer? opened = null;
            DrillSubject? subject = null;
            if (file is null || seed.IsGiven(context.Parsed))
            {
                await using IKeyStore keyStore = await context.OpenAsync(
                    device.One(context.Parsed),
                    device.Connect(context.Parsed),
                    cancellationToken).ConfigureAwait(false);
                info = keyStore.Info;
                words = await seed.RunAsync(context, keyStore, cancellationToken).ConfigureAwait(false);
                if (file is null && sources.Length > 0)
                {
                    report = await DeriveAsync(context, keyStore, expected, range, cancellationToken).ConfigureAwait(false);
                    subject = recorded ? await WalletAsync(keyStore, cancellationToken).ConfigureAwait(false) : null;
                }
            }

            if (file is not null)
            {
                (IReadOnlyList<FoundKey> found, info, subject) = await opening.UseAsync(
                    context,
                    exchange: null,
                    async (keys, devices) =>
                    {
                        using BackupDocument inside =
                            await BackupOpener.OpenAsync(file, keys, context.Person, cancellationToken).ConfigureAwait(false);
                        KeyStoreInfo? asked = devices.Select(static one => one.Info).FirstOrDefault(static one => one is not null);
                        return (inside.Keys, asked, recorded ? inside.Subject?.Copy() : null);
                    },
                    cancellationToken).ConfigureAwait(false);
                opened = new CheckedBackupAnswer(file, found.Count);
                report = RestoreCheck.AgainstBackup(expected.Keys, found);
            }

            using DrillSubject? noted = subject;
            CheckAnswer document = Document(report, info, opened, expected.DepositFiles, words);
            context.Answer.Give(document, json => json.CheckAnswer, text =>
            {
                document.Seed?.Write(text);
                if (sources.Length > 0)
                {
                    Write(document, text);
                    Write(expected.DepositFiles, text);
                    text.WriteLine($"{(report.IsMatch ? CheckAnswer.Match : CheckAnswer.Mismatch)}: {document.Matched} of {document.Expected} expected keys");
                }
            });
            if (noted is not null)
            {
                await DrillRecords.NoteAsync(noted, report.IsMatch, cancellationToken).ConfigureAwait(false);
            }

            return document.Result == CheckAnswer.Match ? 0 : Fault.Mismatch.ExitCode();
        }));
        return command;
    }

    private static async Task<RestoreReport> DeriveAsync(
        CommandContext context, IKeyStore keyStore, ExpectedKeySet expected, IndexRange? range, CancellationToken cancellationToken)
    {
        using ProgressLine line = new(context.Answer);
        return await RestoreCheck.AgainstDeviceAsync(
            expected.Keys,
            keyStore.Require<IValidatorKeys>("derive validator keys"),
            range,
            count => line.Report($"{count} keys derived"),
            cancellationToken).ConfigureAwait(false);
    }

    private static async Task<DrillSubject> WalletAsync(IKeyStore keyStore, CancellationToken cancellationToken) => DrillSubject.OfWallet(
        await keyStore.Require<ISealing>("be told from others in the record")
            .GetPublicKeyAsync(confirm: false, cancellationToken).ConfigureAwait(false));

    private static IndexRange? Range(string? text)
    {
        if (text is null)
        {
            return null;
        }

        IReadOnlyList<uint> indices = IndexList.Parse(text, "--scan");
        return indices.Index().All(place => place.Item - (long)indices[0] == place.Index)
            ? new IndexRange(indices[0], indices[^1])
            : throw new FaultException(Fault.Usage, $"--scan {text} is not one range", "Write it as --scan 0-99.");
    }

    private static CheckAnswer Document(
        RestoreReport report, KeyStoreInfo? info, CheckedBackupAnswer? backup, IReadOnlyList<DepositFile> depositFiles, CheckedSeedAnswer? seed)
    {
        bool IsHit(CheckedKey key) =>
            key.Status == KeyCheckStatus.Match
            && key.Path?.ValidatorIndex >= report.Scanned?.First
            && key.Path?.ValidatorIndex <= report.Scanned?.Last;
        int hits = report.Keys.Count(IsHit);
        return new CheckAnswer(
            report.IsMatch && seed?.Result is null or CheckAnswer.Match ? CheckAnswer.Match : CheckAnswer.Mismatch,
            report.Keys.Count,
            report.Matched,
            [.. report.Keys.Select(CheckedKeyAnswer.Of)],
            [.. report.Unexpected.Select(key => new UnexpectedKeyAnswer(key.PublicKey.ToString(), key.Path?.ToString()))],
            report.Scanned is { } range ? new ScanAnswer(range.First, range.Last, hits, (int)(range.Count - hits)) : null,
            info is null ? null : DeviceAnswer.Of(info),
            backup,
            [.. depositFiles.SelectMany(file => file.Deposits.Select(deposit => Document(file, deposit)))],
            seed);
    }

    private static DepositAnswer Document(DepositFile file, Deposit deposit)
    {
        WithdrawalCredentials credentials = deposit.Data.Message.Credentials;
        return new DepositAnswer(
            deposit.PublicKey.ToString(),
            deposit.ForkVersion.NetworkName,
            deposit.ForkVersion.Value.ToString("x8", CultureInfo.InvariantCulture),
            deposit.Data.Message.AmountGwei,
            credentials.ToString(),
            DeviceAnswer.CamelCase(credentials.Kind),
            credentials.Address?.ToString(),
            Verified: true,
            new KeySource(file.Source, deposit.Line).ToString());
    }

    private static void Write(CheckAnswer answer, TextWriter text)
    {
        foreach (CheckedKeyAnswer key in answer.Keys)
        {
            key.WriteTo(text);
        }

        foreach (UnexpectedKeyAnswer key in answer.Unexpected)
        {
            text.WriteLine($"unexpected {key.Pubkey}  {key.Path ?? "no path known"}");
        }

        if (answer.Scanned is { } scan)
        {
            text.WriteLine($"looked through indices {scan.First} to {scan.Last}: {scan.Hits} hits, {scan.Misses} misses");
        }

        if (answer.Backup is { } backup)
        {
            text.WriteLine($"opened {backup.File}: {backup.Validators} {(backup.Validators == 1 ? "key" : "keys")} inside");
        }
    }

    /// <summary>What the person should look at before sending them: how much, where, and who will receive it.</summary>
    private static void Write(IReadOnlyList<DepositFile> depositFiles, TextWriter text)
    {
        foreach (DepositFile file in depositFiles)
        {
            text.WriteLine($"deposits   {file.Source}: {file.Deposits.Count} on {file.ForkVersion}, roots and signatures verified");
            foreach (IGrouping<(ulong Gwei, WithdrawalCredentials Credentials), Deposit> same in file.Deposits
                .GroupBy(deposit => (deposit.Data.Message.AmountGwei, deposit.Data.Message.Credentials)))
            {
                string eth = (same.Key.Gwei / 1_000_000_000m).ToString("0.#########", CultureInfo.InvariantCulture);
                text.WriteLine($"           {same.Count()} of {eth} ETH, withdrawn {Describe(same.Key.Credentials)}");
            }
        }
    }

    private static string Describe(WithdrawalCredentials credentials) => credentials.Kind switch
    {
        WithdrawalKind.Compounding => $"to {credentials.Address} (0x02, compounding)",
        WithdrawalKind.Address => $"to {credentials.Address} (0x01)",
        _ => $"with the BLS key of {credentials} (0x00)",
    };
}
