namespace HwBridge.Cli.Output;

/// <summary>One copy that <c>drill run</c> tried.</summary>
/// <param name="Backup">The file.</param>
/// <param name="Result">match or mismatch.</param>
/// <param name="Matched">How many expected keys were inside.</param>
/// <param name="Keys">A row for each expected key; empty when it could not be opened.</param>
/// <param name="Unexpected">How many keys inside were not expected.</param>
/// <param name="Id">Its fingerprint in the record; null when it could not be opened.</param>
/// <param name="Cause">Why it could not be opened; else null.</param>
internal sealed record DrillAnswer(
    string Backup, string Result, int Matched, IReadOnlyList<CheckedKeyAnswer> Keys, int Unexpected, string? Id, string? Cause);
