using System.Globalization;
using HwBridge.Core.Faults;

namespace HwBridge.Cli.Commands;

/// <summary>One recipient as typed: <c>age1…</c>, a device URI, <c>passphrase</c>, or a group such as <c>2(age1…,age1…,passphrase)</c>.</summary>
/// <param name="Text">What was typed.</param>
/// <param name="Threshold">Of a group.</param>
/// <param name="Group">Its members; null for one recipient.</param>
internal sealed record TypedRecipient(string Text, int Threshold, IReadOnlyList<TypedRecipient>? Group)
{
    private const string Remedy = "Write a group as K(RECIPIENT,RECIPIENT,…) in quotes, such as '2(age1…,age1…,passphrase)'.";

    internal bool IsPassphrase => Text == "passphrase";

    // A secret age key given by mistake must get age's words about it, not be taken for a device.
    internal bool IsAge => Text.StartsWith("age", StringComparison.OrdinalIgnoreCase);

    /// <exception cref="FaultException"><see cref="Fault.Usage"/>: no recipient, or an unfinished group.</exception>
    internal static TypedRecipient Parse(string text)
    {
        text = text.Trim();
        int open = text.IndexOf('(', StringComparison.Ordinal);
        if (open < 0 && text.Length > 0 && !text.AsSpan().ContainsAny(',', ')'))
        {
            return new TypedRecipient(text, 0, null);
        }

        // The text is not repeated: it may be a secret key given by mistake.
        return open > 0 && text[^1] == ')' && int.TryParse(text[..open], NumberStyles.None, CultureInfo.InvariantCulture, out int threshold)
            ? new TypedRecipient(string.Empty, threshold, [.. Split(text[(open + 1)..^1]).Select(Parse)])
            : throw new FaultException(Fault.Usage, "a recipient is empty, or a group of recipients is not written as one", Remedy);
    }

    /// <summary>What stands between the commas that are in no group.</summary>
    private static IEnumerable<string> Split(string members)
    {
        int depth = 0;
        int start = 0;
        for (int i = 0; i < members.Length; i++)
        {
            depth += members[i] switch
            {
                '(' => 1,
                ')' => -1,
                _ => 0,
            };
            if (members[i] == ',' && depth == 0)
            {
                yield return members[start..i];
                start = i + 1;
            }
        }

        yield return members[start..];
    }
}
