using System.CommandLine;
using HwBridge.Backups;
using HwBridge.Backups.Files;
using HwBridge.Backups.Sharing;
using HwBridge.Cli.Terminals;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Age;

namespace HwBridge.Cli.Commands;

/// <summary>The options that say what a backup is opened with: devices, one after the other, and passphrases of shares.</summary>
internal sealed class OpeningOptions
{
    internal DeviceOptions Device { get; } = new();

    internal Option<string[]> Identity { get; } = new("--identity")
    {
        Description = "A file of age-keygen whose key is a recipient",
        HelpName = "FILE",
        AllowMultipleArgumentsPerToken = false,
    };

    internal const string PassphraseFileName = "--share-passphrase-file";

    internal Option<string[]> PassphraseFile { get; } = CreatePassphraseFile(PassphraseFileName, "Its first line is a passphrase of a share; without it, passphrases are asked for");

    /// <summary>The option that gives passphrases of shares in files, with its own words for a command.</summary>
    internal static Option<string[]> CreatePassphraseFile(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "FILE",
        AllowMultipleArgumentsPerToken = false,
    };

    internal void AddTo(Command command)
    {
        Device.AddTo(command);
        command.Add(Identity);
        command.Add(PassphraseFile);
    }

    /// <summary>Opens a backup; the caller disposes the document.</summary>
    internal Task<BackupDocument> OpenAsync(
        CommandContext context, string file, ShareExchange? exchange, CancellationToken cancellationToken) => UseAsync(
        context, exchange, (keys, _) => BackupOpener.OpenAsync(file, keys, context.Person, cancellationToken), cancellationToken);

    /// <summary>Lends what opens a backup to some work, and closes and wipes it afterwards.</summary>
    /// <param name="context">The command's.</param>
    /// <param name="exchange">Where others' shares come in; null for none.</param>
    /// <param name="work">Gets the keys, and the devices that they ask.</param>
    /// <param name="cancellationToken">Stops the wait for a passphrase file that is a pipe.</param>
    internal async Task<T> UseAsync<T>(
        CommandContext context,
        ShareExchange? exchange,
        Func<BackupKeys, IReadOnlyList<DeviceInTurn>, Task<T>> work,
        CancellationToken cancellationToken)
    {
        List<SecretBuffer> passphrases = [];
        List<AgeIdentity> identities = [];
        DeviceInTurn[] devices = [.. Device.All(context.Parsed).Select(uri => new DeviceInTurn(context, uri, Device.Connect(context.Parsed)))];
        try
        {
            foreach (string file in context.Parsed.GetValue(PassphraseFile) ?? [])
            {
                passphrases.Add(PasswordSource.FromFile(file, context.Person, cancellationToken, PassphraseFileName));
            }

            foreach (string file in context.Parsed.GetValue(Identity) ?? [])
            {
                using SecretBuffer text = await InputFile.ReadSecretAsync(file, AgeIdentity.MaxFileSize, cancellationToken).ConfigureAwait(false);
                identities.Add(AgeIdentity.Parse(text.Span, file));
            }

            // Those that ask nobody anything first.
            BackupKeys keys = new() { Devices = [.. identities, .. devices], Passphrases = passphrases, AskPassphrases = passphrases.Count == 0, Exchange = exchange };
            return await work(keys, devices).ConfigureAwait(false);
        }
        finally
        {
            identities.ForEach(static identity => identity.Dispose());
            passphrases.ForEach(static passphrase => passphrase.Dispose());
            foreach (DeviceInTurn device in devices)
            {
                await device.DisposeAsync().ConfigureAwait(false);
            }
        }
    }
}
