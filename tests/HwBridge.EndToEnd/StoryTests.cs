namespace HwBridge.EndToEnd;

/// <summary>Runs the README and every story beside it as a person would type them.</summary>
[Parallelizable(ParallelScope.Children)]
internal sealed class StoryTests
{
    private static IEnumerable<Story> Stories()
    {
        string root = Repository.Root;
        yield return Story.Read(Path.Combine(root, "README.md"));
        foreach (string file in Directory.EnumerateFiles(Path.Combine(root, "tests", "HwBridge.EndToEnd", "Stories"), "*.md").Order(StringComparer.Ordinal))
        {
            yield return Story.Read(file);
        }
    }

    [TestCaseSource(nameof(Stories))]
    public async Task Story_WhenTypedByAPerson_PrintsWhatItSays(Story story)
    {
        Assert.That(story.Steps, Is.Not.Empty, "a story without a command proves nothing");
        using StoryRunner runner = new();
        await runner.RunAsync(story).ConfigureAwait(false);
    }

    [TestCase("a\nb", "a\nb", true)]
    [TestCase("a …\nb", "a xyz\nb", true)]
    [TestCase("a\n…\nb", "a\nx\ny\nb", true)]
    [TestCase("a", "b", false)]
    [TestCase("a", "a\nb", false)]
    [TestCase("", "b", false)]
    public void Difference_OfExpectedAndPrinted_IsFound(string expected, string actual, bool same)
    {
        string[] lines = expected.Length == 0 ? [] : expected.Split('\n');
        Assert.That(Story.Difference(lines, actual.Split('\n')) is null, Is.EqualTo(same));
    }
}
