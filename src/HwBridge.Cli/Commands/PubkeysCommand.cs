using System.CommandLine;
using System.Text.Json;
using HwBridge.Backups.Files;
using HwBridge.Cli.Output;
using HwBridge.Core.Eip2334;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;

namespace HwBridge.Cli.Commands;

/// <summary><c>pubkeys</c>: validators' BLS public keys from a device.</summary>
internal static class PubkeysCommand
{
    internal static Command Create(CommandRunner runner)
    {
        DeviceOptions device = new();
        Option<string> index = new("--index") { Description = "Validator indices: 0-9, or 0,3,7 (default 0)", HelpName = "LIST" };
        Option<string> path = new("--path") { Description = "An EIP-2334 path instead of indices: m/12381/3600/…", HelpName = "PATH" };
        Option<bool> withdrawal = new("--withdrawal")
        {
            Description = "Withdrawal keys m/12381/3600/i/0 instead of signing keys m/12381/3600/i/0/0",
        };
        Option<bool> confirm = new("--confirm") { Description = "Have each key shown and approved on the device" };
        Option<string> output = new("--out") { Description = "Write the JSON answer to a new file too", HelpName = "FILE" };

        Command command = new("pubkeys", "The validators' BLS public keys");
        device.AddTo(command);
        command.Add(index);
        command.Add(path);
        command.Add(withdrawal);
        command.Add(confirm);
        command.Add(output);
        command.SetAction(runner.Run(async (context, cancellationToken) =>
        {
            ParseResult parsed = context.Parsed;
            IReadOnlyList<ValidatorKeyPath> paths = Paths(parsed.GetValue(index), parsed.GetValue(path), parsed.GetValue(withdrawal));
            string? file = parsed.GetValue(output);
            if (file is not null)
            {
                AtomicFile.EnsureCreatable(file);
            }

            await using IKeyStore keyStore = await context.OpenAsync(
                device.One(parsed),
                device.Connect(parsed),
                cancellationToken).ConfigureAwait(false);
            IValidatorKeys keys = keyStore.Require<IValidatorKeys>("derive validator keys");
            if (parsed.GetValue(confirm) && !keys.CanConfirm)
            {
                throw new FaultException(
                    Fault.Unsupported,
                    $"{keyStore.Info.Uri} can't show validator keys: this device knows no BLS",
                    "Leave out --confirm and compare the keys with 'hwbridge check'.");
            }

            List<PubkeyAnswer> rows = [];
            await foreach (DerivedKey key in keys.GetPublicKeysAsync(
                paths,
                parsed.GetValue(confirm),
                cancellationToken).ConfigureAwait(false))
            {
                rows.Add(new PubkeyAnswer(
                    key.Path.ValidatorIndex,
                    key.Path.ToString(),
                    key.PublicKey.ToString(),
                    DeviceAnswer.CamelCase(keys.Origin),
                    key.ConfirmedOnDevice));
            }

            if (file is not null)
            {
                AtomicFile.Write(
                    file,
                    JsonSerializer.SerializeToUtf8Bytes(rows, AnswerJson.Readable.IReadOnlyListPubkeyAnswer),
                    overwrite: false,
                    cancellationToken);
                context.Answer.Note($"written: {file}");
            }

            context.Answer.Give(rows, json => json.IReadOnlyListPubkeyAnswer, text =>
            {
                foreach (PubkeyAnswer row in rows)
                {
                    text.WriteLine($"{row.Path}  {row.Pubkey}  {row.Origin}{(row.ConfirmedOnDevice ? "  confirmed" : string.Empty)}");
                }
            });
            return 0;
        }));
        return command;
    }

    private static IReadOnlyList<ValidatorKeyPath> Paths(string? index, string? path, bool withdrawal)
    {
        if (path is not null)
        {
            if (index is not null || withdrawal)
            {
                throw new FaultException(Fault.Usage, "--path excludes --index and --withdrawal", "Give either a path or indices.");
            }

            return ValidatorKeyPath.TryParse(path, out ValidatorKeyPath? one, out string? refusal)
                ? [one]
                : throw new FaultException(
                    Fault.Usage,
                    $"--path '{path}' {refusal}",
                    $"Write m/12381/3600/ and unhardened numbers, at most {ValidatorKeyPath.MaxDepth} in all, such as m/12381/3600/0/0/0.");
        }

        return [.. IndexList.Parse(
            index ?? "0",
            "--index").Select(i => withdrawal ? ValidatorKeyPath.Withdrawal(i) : ValidatorKeyPath.Signing(i))];
    }
}
