using HwBridge.Core.Faults;

namespace HwBridge.Backups.Keymanager;

/// <summary>What a validator client made of the keys of a backup.</summary>
/// <param name="Keys">A row for each key, in the order of the document.</param>
/// <param name="Trouble">Why it ended before the last batch; null when it did not.</param>
public sealed record ImportReport(IReadOnlyList<ImportedKey> Keys, FaultException? Trouble)
{
    /// <summary>True only when the client lists every key.</summary>
    public bool IsComplete => Keys.All(static key => key.IsThere);
}
