using System.CommandLine;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using HwBridge.Backups;
using HwBridge.Backups.Files;
using HwBridge.Backups.Keymanager;
using HwBridge.Cli.Output;
using HwBridge.Cli.Terminals;
using HwBridge.Core.Bls;
using HwBridge.Core.Deposits;
using HwBridge.Core.Eip2335;
using HwBridge.Core.Eip3076;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;
using HwBridge.Core.Ssz;

namespace HwBridge.Cli.Commands;

/// <summary>The options that send the keys of an opened backup to a validator client instead of the disk.</summary>
internal sealed class KeymanagerOptions
{
    /// <summary>In place of a file: the history that is in the backup.</summary>
    private const string Inside = "backup";

    private const int MaxCertificates = 1 << 20;
    private const string Deposits = "the deposit data in the backup";

    private const string Checklist =
        """
        Two clients that sign with one key are slashed. Go on only when all of this is so:
          1. The old client is stopped for good: its service is disabled, its keys are gone from it and from every standby machine.
          2. Its slashing-protection history was exported after it stopped, and is the one given here.
          3. At least 3 epochs (20 minutes) have passed since its last attestation, seen on a block explorer, not in its log.
          4. Doppelganger protection is on in the new client where it has one; it then waits 2 to 3 epochs before it signs.
          5. The new client knows the fee recipient: keystores do not carry it.
        """;

    internal Option<string> Address { get; } = new("--keymanager")
    {
        Description = "Send the keys to the validator client with this Keymanager API instead: https, or http on this computer itself",
        HelpName = "URL",
    };

    private readonly Option<string> _tokenFile = new("--token-file")
    {
        Description = "The first line of this file is the API's bearer token",
        HelpName = "FILE",
    };

    private readonly Option<string> _authority = new("--ca")
    {
        Description = "Trust these certificates (PEM), and no others, for the Keymanager API",
        HelpName = "FILE",
    };

    private readonly Option<string[]> _histories = new("--slashing-protection")
    {
        Description = $"What the keys have signed: EIP-3076 files, or '{Inside}' for the one inside, which is as old as the backup; several are merged",
        HelpName = $"FILE|{Inside}",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<bool> _withoutHistory = new("--without-slashing-history")
    {
        Description = "Send the keys without any history of what they have signed",
    };

    private readonly Option<string> _network = new("--network")
    {
        Description = "The network that the client validates on, by name or genesis_validators_root (default: that of the deposit data inside)",
        HelpName = "NAME|0xROOT",
    };

    internal void AddTo(Command command)
    {
        foreach (Option option in (Option[])[Address, _tokenFile, _authority, _histories, _withoutHistory, _network])
        {
            command.Add(option);
        }
    }

    /// <summary>Either a folder and a password, or a client, for which a password is made.</summary>
    /// <exception cref="FaultException"><see cref="Fault.Usage"/>.</exception>
    internal void RequireAlone(ParseResult parsed, Option<string> folder, PasswordOptions password)
    {
        if (parsed.GetValue(Address) is null)
        {
            throw new FaultException(Fault.Usage, "where the keys go must be given", $"Give {folder.Name} DIR, or {Address.Name} URL.");
        }

        Option[] other = [folder, password.PasswordFile, password.PasswordDescriptor];
        if (Array.Find(other, option => parsed.GetResult(option) is not null) is { } given)
        {
            throw new FaultException(
                Fault.Usage, $"{given.Name} and {Address.Name} exclude each other", "A client gets the keys under a password of its own, made for it.");
        }
    }

    /// <summary>Everything that can be refused before a device is asked.</summary>
    /// <returns>What sends the document that is opened then; the caller disposes it.</returns>
    internal async Task<Target> PrepareAsync(CommandContext context, CancellationToken cancellationToken)
    {
        ParseResult parsed = context.Parsed;
        KeymanagerAddress address = KeymanagerAddress.Parse(parsed.GetRequiredValue(Address));
        string tokenFile = parsed.GetValue(_tokenFile) ?? throw new FaultException(
            Fault.Usage, "--keymanager needs the API's bearer token", "Give --token-file with the file that the validator client wrote it to.");
        string[] named = parsed.GetValue(_histories) ?? [];
        if (named.Length > 0 == parsed.GetValue(_withoutHistory))
        {
            throw new FaultException(
                Fault.Usage,
                "what the keys have signed must be given, or left out on purpose",
                $"Give --slashing-protection FILE, exported from the stopped old client; --slashing-protection {Inside} for the history inside, "
                + "which is as old as the backup; or --without-slashing-history.");
        }

        Bytes32? network = parsed.GetValue(_network) is { } name ? Network(name) : null;
        List<SlashingHistory> histories = [];
        foreach (string file in named.Where(static name => name != Inside))
        {
            byte[] json = await InputFile.ReadAsync(file, SlashingHistory.MaxFileSize, cancellationToken).ConfigureAwait(false);
            histories.Add(SlashingHistory.Parse(json, file));
        }

        X509Certificate2Collection? roots = parsed.GetValue(_authority) is { } authority
            ? await ReadCertificatesAsync(authority, cancellationToken).ConfigureAwait(false)
            : null;
        using SecretBuffer token = PasswordSource.FromFile(tokenFile, context.Person, cancellationToken, "--token-file");
        context.Person.Tell(Checklist);
        return new Target(context, address, new KeymanagerClient(address, token, roots, KeymanagerDeadlines.Usual), histories)
        {
            TakesHistoryInside = named.Contains(Inside),
            Network = network,
        };
    }

    private static Bytes32 Network(string name) => Core.Networks.Network.Named(name)?.GenesisValidatorsRoot
        ?? (Bytes32.TryParse(name, out Bytes32 root)
            ? root
            : throw new FaultException(
                Fault.Usage,
                $"--network {name} is no network that is known here",
                $"Give {string.Join(", ", Core.Networks.Network.Known.Select(static known => known.Name))}, or its genesis_validators_root."));

    private static async Task<X509Certificate2Collection> ReadCertificatesAsync(string file, CancellationToken cancellationToken)
    {
        byte[] pem = await InputFile.ReadAsync(file, MaxCertificates, cancellationToken).ConfigureAwait(false);
        X509Certificate2Collection certificates = [];
        CryptographicException? cause = null;
        try
        {
            certificates.ImportFromPem(Encoding.ASCII.GetString(pem));
        }
        catch (CryptographicException exception)
        {
            cause = exception;
        }

        return certificates.Count > 0 && cause is null
            ? certificates
            : throw new FaultException(
                Fault.BadInput, $"{file}: holds no certificate that can be read", "Give the client's certificate, or its authority's, in PEM.", cause);
    }

    /// <summary>A validator client that waits for the keys of a backup.</summary>
    internal sealed class Target(CommandContext context, KeymanagerAddress address, KeymanagerClient client, IReadOnlyList<SlashingHistory> histories)
        : IDisposable
    {
        internal bool TakesHistoryInside { get; init; }

        internal Bytes32? Network { get; init; }

        /// <summary>Sends what is in the document and gives the answer.</summary>
        /// <returns>The exit code.</returns>
        internal async Task<int> SendAsync(BackupDocument document, KeystoreKdf kdf, CancellationToken cancellationToken)
        {
            SlashingHistory? history = Merge(document);
            RequireNetwork(history, document, cancellationToken);
            HashSet<BlsPublicKey> known = [.. (history?.Validators ?? []).Select(static one => one.PublicKey)];
            string[] without = [.. document.Validators.Where(one => !known.Contains(one.PublicKey)).Select(static one => one.PublicKey.ToString())];
            foreach (string pubkey in without)
            {
                context.Answer.Warn($"no history of what {pubkey} has signed is sent: it may sign again what it signed before");
            }

            ImportReport report;
            using (BackupProgressLine progress = new(context.Answer))
            {
                report = await KeystoreImporter.ImportAsync(document, client, history, kdf, progress, cancellationToken).ConfigureAwait(false);
            }

            if (report.Trouble is { } trouble)
            {
                context.Answer.Warn($"{trouble.Message}. {trouble.Remedy}");
            }

            string? network = history is null ? null : Name(history.GenesisValidatorsRoot);
            BackupSentAnswer answer = BackupSentAnswer.Of(report, address, network, without);
            context.Answer.Give(answer, json => json.BackupSentAnswer, text =>
            {
                foreach (SentKeyAnswer key in answer.Keys)
                {
                    text.WriteLine($"{key.Status,-9}  {key.Pubkey}  {key.Path ?? "no path known"}{(key.Message is null ? string.Empty : $"  ({key.Message})")}");
                }

                text.WriteLine($"{answer.Keymanager} lists {report.Keys.Count(static key => key.IsThere)} of {answer.Keys.Count} keys");
            });
            return report.IsComplete ? 0 : Fault.Mismatch.ExitCode();
        }

        public void Dispose() => client.Dispose();

        private static string Name(Bytes32 root) => Core.Networks.Network.OfGenesis(root)?.Name ?? root.ToString();

        private SlashingHistory? Merge(BackupDocument document)
        {
            List<SlashingHistory> all = [.. histories];
            if (TakesHistoryInside)
            {
                all.Add(document.SlashingProtection.IsEmpty
                    ? throw new FaultException(
                        Fault.BadInput,
                        "there is no slashing-protection history in this backup",
                        "Give --slashing-protection FILE, exported from the stopped old client.")
                    : SlashingHistory.Parse(document.SlashingProtection.Span, "the history in the backup"));
            }

            return all.Count == 0 ? null : all.Aggregate(static (one, other) => one.Merge(other));
        }

        /// <summary>The API does not tell its network, and a history of another one protects nothing.</summary>
        private void RequireNetwork(SlashingHistory? history, BackupDocument document, CancellationToken cancellationToken)
        {
            if (history is null)
            {
                return;
            }

            Bytes32? deposited = document.DepositData.IsEmpty
                ? null
                : DepositFile.Parse(document.DepositData.Span, Deposits, cancellationToken).Deposits is [var first, ..]
                    ? Core.Networks.Network.OfGenesis(first.ForkVersion)?.GenesisValidatorsRoot
                    : null;
            Bytes32 expected = Network ?? deposited ?? throw new FaultException(
                Fault.Usage,
                "the backup does not tell which network its keys are for, nor does the Keymanager API",
                "Give --network with its name or genesis_validators_root.");
            foreach ((Bytes32? root, string what) in ((Bytes32?, string)[])[(history.GenesisValidatorsRoot, "the slashing-protection history"), (deposited, Deposits)])
            {
                if (root is { } other && other != expected)
                {
                    throw new FaultException(
                        Fault.BadInput,
                        $"{what} is of {Name(other)}, and the client is to validate on {Name(expected)}",
                        "Give the history of the network that the client validates on: another one protects nothing.");
                }
            }
        }
    }
}
