using HwBridge.Backups;
using HwBridge.Core.Bls;

namespace HwBridge.Cli.Output;

/// <summary>The slashing-protection history that <c>backup create</c> put into a backup.</summary>
/// <param name="Network">Its name, where it is a public one that is known here.</param>
/// <param name="GenesisValidatorsRoot">0x and 64 hex digits.</param>
/// <param name="Validators">How many it is about.</param>
/// <param name="Missing">The public keys in the backup that it says nothing of.</param>
/// <param name="Findings">What in it is slashable or senseless, for a person.</param>
internal sealed record HistoryAnswer(
    string? Network, string GenesisValidatorsRoot, int Validators, IReadOnlyList<string> Missing, IReadOnlyList<string> Findings)
{
    internal static HistoryAnswer? Of(BackupReceipt receipt)
    {
        if (receipt.SlashingProtection is not { } history)
        {
            return null;
        }

        HashSet<BlsPublicKey> known = [.. history.Validators.Select(validator => validator.PublicKey)];
        return new HistoryAnswer(
            Core.Networks.Network.OfGenesis(history.GenesisValidatorsRoot)?.Name,
            history.GenesisValidatorsRoot.ToString(),
            history.Validators.Count,
            [.. receipt.Validators.Where(one => !known.Contains(one.PublicKey)).Select(one => one.PublicKey.ToString())],
            [.. history.FindSlashable().Select(finding => finding.ToString())]);
    }
}
