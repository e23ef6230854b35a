using HwBridge.Backups.Keymanager;
using HwBridge.Core.Faults;

namespace HwBridge.Cli.Output;

/// <summary>The JSON of <c>backup open --keymanager</c>.</summary>
/// <param name="Result">match where the client lists every key afterwards, else mismatch.</param>
/// <param name="Keymanager">The address.</param>
/// <param name="Network">The network of the history that was sent, or its genesis_validators_root; null where none was.</param>
/// <param name="WithoutHistory">The public keys of which no history was sent.</param>
/// <param name="Keys">A row for each key.</param>
/// <param name="Trouble">Why it ended early; null when it did not.</param>
internal sealed record BackupSentAnswer(
    string Result, string Keymanager, string? Network, IReadOnlyList<string> WithoutHistory, IReadOnlyList<SentKeyAnswer> Keys, FailureDetail? Trouble)
{
    internal static BackupSentAnswer Of(ImportReport report, KeymanagerAddress address, string? network, IReadOnlyList<string> withoutHistory) => new(
        report.IsComplete ? CheckAnswer.Match : CheckAnswer.Mismatch,
        address.ToString(),
        network,
        withoutHistory,
        [.. report.Keys.Select(SentKeyAnswer.Of)],
        report.Trouble is { } fault ? new FailureDetail(fault.Fault.Tag(), Fault.Mismatch.ExitCode(), fault.Message, fault.Remedy) : null);
}
