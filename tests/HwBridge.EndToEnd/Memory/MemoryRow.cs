using System.Text;

namespace HwBridge.EndToEnd.Memory;

/// <summary>Where a secret of a command was found at a moment.</summary>
internal sealed record MemoryRow(string Command, string Secret, string Moment, IReadOnlyList<string> Places)
{
    /// <summary>Markdown: a row for each command and secret, a column for each moment.</summary>
    internal static string Table(IReadOnlyList<MemoryRow> rows)
    {
        string[] moments = [.. rows.Select(row => row.Moment).Distinct()];
        StringBuilder table = new();
        table.AppendLine($"| command | secret | {string.Join(" | ", moments)} |");
        table.AppendLine($"| --- | --- |{string.Concat(moments.Select(_ => " --- |"))}");
        foreach (IGrouping<(string Command, string Secret), MemoryRow> line in rows.GroupBy(row => (row.Command, row.Secret)))
        {
            IEnumerable<string> cells = moments.Select(moment =>
                line.FirstOrDefault(row => row.Moment == moment) is { } row ? row.Places.Count == 0 ? "none" : string.Join(", ", row.Places) : string.Empty);
            table.AppendLine($"| {line.Key.Command} | {line.Key.Secret} | {string.Join(" | ", cells)} |");
        }

        return table.ToString();
    }
}
