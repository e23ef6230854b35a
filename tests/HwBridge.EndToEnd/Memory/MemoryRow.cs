using System.Text;

namespace HwBridge.EndToEnd.Memory;

/// <summary>Where a secret of a command was found at a moment.</summary>
internal sealed record MemoryRow(string Command, string Secret, string Moment, IReadOnlyList<string> Places)
{
    /// <summary>Markdown: a row for each command and secret, a column for each moment.</summary>
    internal static string Table(IReadOnlyList<MemoryRow> rows)
    {
        string[] moments = [.. SecretNames.Moments.Intersect(rows.Select(row => row.Moment))];
        StringBuilder table = new();
        AppendRow(table, ["command", "secret", .. moments]);
        AppendRow(table, ["---", "---", .. moments.Select(_ => "---")]);
        foreach (IGrouping<(string Command, string Secret), MemoryRow> line in rows.GroupBy(row => (row.Command, row.Secret)))
        {
            IEnumerable<string> cells = moments.Select(moment => line.FirstOrDefault(row => row.Moment == moment)?.Cell ?? " ");
            AppendRow(table, [line.Key.Command, line.Key.Secret, .. cells]);
        }

        return table.ToString();
    }

    private string Cell => Places.Count == 0 ? "none" : string.Join(", ", Places);

    private static void AppendRow(StringBuilder table, IEnumerable<string> cells) =>
        table.Append("| ").AppendJoin(" | ", cells).AppendLine(" |");
}
