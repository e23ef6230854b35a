using System.Globalization;
using System.Text;

namespace HwBridge.Interop.Bls;

/// <summary>Whatever one asks of BLS12-381: we, @chainsafe/blst and @noble/curves give the same answer, and refuse for the same reason.</summary>
internal sealed class BlsDifferentialTests
{
    /// <summary>A number in this variable replaces the seed that always gives the same cases.</summary>
    private const string SeedVariable = "HWBRIDGE_DIFFERENTIAL_SEED";

    private const int Least = 100_000;

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(20);

    [Test]
    public async Task Answers_ToOverAHundredThousandCases_AreThoseOfBlstAndNoble()
    {
        int seed = int.Parse(Environment.GetEnvironmentVariable(SeedVariable) ?? "12381", CultureInfo.InvariantCulture);
        IReadOnlyList<DifferentialQuestion> questions = await DifferentialQuestions.MakeAsync(seed);

        // noble takes nearly all of the time, so every core gets one.
        int[] forBlst = [.. Indices(questions, static question => question.ToBlst)];
        int[] forNoble = [.. Indices(questions, static question => question.ToNoble)];
        int shards = Math.Clamp(Environment.ProcessorCount, 1, 4);
        Task<string[]> ours = Task.Run(() => questions.Select(static question => OwnAnswers.To(question.Line)).ToArray());
        string?[] blst = new string?[questions.Count];
        string?[] noble = new string?[questions.Count];
        await Task.WhenAll(
            [
                ours,
                AskAsync("blst", questions, forBlst, blst),
                .. Enumerable.Range(0, shards).Select(
                    shard => AskAsync("noble", questions, [.. forNoble.Where((_, i) => i % shards == shard)], noble)),
            ]);

        List<string> disagreements = [];
        for (int i = 0; i < questions.Count; i++)
        {
            if ((blst[i] ?? ours.Result[i]) != ours.Result[i] || (noble[i] ?? ours.Result[i]) != ours.Result[i])
            {
                disagreements.Add(
                    $"{questions[i].Kind}: ours {ours.Result[i]}, blst {blst[i] ?? "-"}, noble {noble[i] ?? "-"}: {questions[i].Line}");
            }
        }

        int all = questions.Count(static question => question.ToBlst && question.ToNoble);
        await TestContext.Out.WriteLineAsync($"Seed {seed}, {questions.Count} different cases, {all} of them by all three.");
        await TestContext.Out.WriteLineAsync(Table(questions, ours.Result));
        disagreements.ForEach(TestContext.Out.WriteLine);
        Assert.That(disagreements, Is.Empty, $"seed {seed}");
        Assert.That(all, Is.AtLeast(Least));
    }

    private static IEnumerable<int> Indices(IReadOnlyList<DifferentialQuestion> questions, Func<DifferentialQuestion, bool> isWanted) =>
        Enumerable.Range(0, questions.Count).Where(i => isWanted(questions[i]));

    private static async Task AskAsync(string peer, IReadOnlyList<DifferentialQuestion> questions, int[] indices, string?[] answers)
    {
        IEnumerable<string> lines = indices.Select(i => questions[i].Line);
        IReadOnlyList<string> theirs = await NodePeer.RunAsync("Bls/differential.mjs", lines, Deadline, peer);
        Assert.That(theirs, Has.Count.EqualTo(indices.Length), peer);
        for (int i = 0; i < indices.Length; i++)
        {
            answers[indices[i]] = theirs[i];
        }
    }

    /// <summary>A Markdown table: how many of each kind, how many of them are not refused, and who answered.</summary>
    private static string Table(IReadOnlyList<DifferentialQuestion> questions, string[] ours)
    {
        string[] refusals = ["refused", "false", "encoding", "curve", "group", "infinity"];
        StringBuilder table = new("| case | cases | accepted | by blst | by noble | by all three |\n| --- | ---: | ---: | ---: | ---: | ---: |\n");
        var rows = questions.Zip(ours, static (question, answer) => (Question: question, Answer: answer)).ToList();
        foreach (var kind in rows.GroupBy(static row => row.Question.Kind).Append(rows.GroupBy(static _ => "all").Single()))
        {
            int accepted = kind.Count(row => !refusals.Contains(row.Answer));
            int blst = kind.Count(static row => row.Question.ToBlst);
            int noble = kind.Count(static row => row.Question.ToNoble);
            int both = kind.Count(static row => row.Question.ToBlst && row.Question.ToNoble);
            table.AppendLine(CultureInfo.InvariantCulture, $"| {kind.Key} | {kind.Count()} | {accepted} | {blst} | {noble} | {both} |");
        }

        return table.ToString();
    }
}
