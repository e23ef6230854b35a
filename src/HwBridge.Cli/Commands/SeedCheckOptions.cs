using System.CommandLine;
using HwBridge.Cli.Output;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;

namespace HwBridge.Cli.Commands;

/// <summary>The options of <c>check</c> that have the device compare the words on paper with its seed.</summary>
internal sealed class SeedCheckOptions
{
    private readonly Option<bool> _seed = new("--seed")
    {
        Description = "Have the device compare the words on your paper with its seed (Trezor); no word is typed on this computer",
    };

    private readonly Option<int?> _words = new("--words")
    {
        Description = "With --seed on a Model One: how many words there are, 12, 18 or 24",
        HelpName = "N",
    };

    /// <summary>Adds them; something has to be checked, either the words or the keys of <paramref name="expect"/>.</summary>
    /// <param name="command">The command.</param>
    /// <param name="expect">Names the expected keys.</param>
    /// <param name="belonging">What makes sense only with expected keys.</param>
    internal void AddTo(Command command, Option expect, params Option[] belonging)
    {
        command.Add(_seed);
        command.Add(_words);
        command.Validators.Add(result =>
        {
            bool hasSeed = result.GetValue(_seed);
            bool hasExpected = result.GetResult(expect) is { Implicit: false };
            if (!hasSeed && !hasExpected)
            {
                result.AddError($"Option '{expect.Name}' is required.");
            }

            if (!hasSeed && result.GetValue(_words) is not null)
            {
                result.AddError($"Option '{_words.Name}' belongs to '{_seed.Name}'.");
            }

            foreach (Option option in belonging.Where(option => !hasExpected && result.GetResult(option) is { Implicit: false }))
            {
                result.AddError($"Option '{option.Name}' belongs to '{expect.Name}'.");
            }
        });
    }

    /// <summary>Whether the words are to be checked.</summary>
    internal bool IsGiven(ParseResult parsed) => parsed.GetValue(_seed);

    /// <summary>Runs the check of the words where it was asked for.</summary>
    /// <returns>Null where it was not.</returns>
    internal async Task<CheckedSeedAnswer?> RunAsync(CommandContext context, IKeyStore keyStore, CancellationToken cancellationToken)
    {
        if (!IsGiven(context.Parsed))
        {
            return null;
        }

        ISeedCheck check = Require(keyStore);
        SeedVerdict verdict = await check.CheckAsync(context.Parsed.GetValue(_words), cancellationToken).ConfigureAwait(false);
        context.Answer.Note("only the words were compared: a passphrase is no part of them");
        return new CheckedSeedAnswer(verdict.IsMatch ? CheckAnswer.Match : CheckAnswer.Mismatch, verdict.Said);
    }

    private static ISeedCheck Require(IKeyStore keyStore) => keyStore.Info switch
    {
        { Maker: "ledger" } info => throw new FaultException(
            Fault.Unsupported,
            $"{info.Uri}: a Ledger compares words only by itself, in an app that no computer can talk to",
            "Install the Recovery Check app with Ledger's own program, open it on the Ledger, and enter the words there."),
        { Capabilities: not KeyStoreCapabilities.None } info when !keyStore.TryGet<ISeedCheck>(out _) => throw new FaultException(
            Fault.Unsupported,
            $"{info.Uri}: firmware {info.Firmware} knows no check of the seed: it would take the request for a recovery",
            "Update its firmware (a Model One to 1.5.1 or later) with the words at hand."),
        _ => keyStore.Require<ISeedCheck>("check its seed"),
    };
}
