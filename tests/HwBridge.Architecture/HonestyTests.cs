using System.Text.RegularExpressions;

namespace HwBridge.Architecture;

/// <summary>No skipped test, no stub, no swallowed error, nothing of one person's machine.</summary>
public sealed partial class HonestyTests
{
    private const string Machine = "/" + "root/project";

    [Test]
    public void Tests_Everywhere_AreNeverSkipped() => Assert.That(Find(TrackedFile.Sources("tests"), Skip(), "skips a test"), Is.Empty);

    [TestCase("[Ig" + "nore(\"later\")]")]
    [TestCase("[Test, Ex" + "plicit]")]
    [TestCase("[TestCase(1, Ig" + "nore = \"flaky\")]")]
    [TestCase("Assert.Ig" + "nore();")]
    [TestCase("Assert.Incon" + "clusive(\"no device\");")]
    [TestCase("Assert.Pa" + "ss();")]
    [TestCase("Assume.Th" + "at(found);")]
    public void Skip_SkippedTest_IsFound(string text) => AssertFound("tests/HwBridge.Core.Tests/A.cs", text, Skip());

    [Test]
    public void Sources_Everywhere_HoldNoStub() => Assert.That(Find(TrackedFile.Sources("src", "samples"), Stub(), "is a stub"), Is.Empty);

    [TestCase("throw new NotImplemented" + "Exception();")]
    [TestCase("// TO" + "DO: the rest")]
    public void Stub_Stub_IsFound(string text) => AssertFound("src/HwBridge.Core/A.cs", text, Stub());

    [Test]
    public void Sources_Everywhere_SwallowNoErrorWithoutAWord() =>
        Assert.That(Find(TrackedFile.Sources("src", "tests", "samples"), Swallow(), "swallows an error"), Is.Empty);

    [TestCase("cat" + "ch { }")]
    [TestCase("catch (Exception) when (a)\n" + "{\n}")]
    public void Swallow_EmptyCatch_IsFound(string text) => AssertFound("src/HwBridge.Core/A.cs", text, Swallow());

    [Test]
    public void Files_All_NameNoPathOfThisMachine() =>
        Assert.That(Find(TrackedFile.All, MachinePath(), "is a path of one machine"), Is.Empty);

    [TestCase("see " + Machine)]
    [TestCase("\"" + Machine + "\"")]
    [TestCase("file://" + "/ho" + "me/me/a")]
    [TestCase("> /t" + "mp/log")]
    public void MachinePath_AbsolutePath_IsFound(string text) => AssertFound("README.md", text, MachinePath());

    [TestCase("https://example.org/home/page")]
    [TestCase("src/tmp/file")]
    [TestCase("/dev/tty")]
    [TestCase("AAAA/tmp/BBBB")]
    public void MachinePath_OtherPath_IsFine(string text) =>
        Assert.That(Find([new TrackedFile("README.md", text)], MachinePath(), "x"), Is.Empty);

    [Test]
    public void LockFiles_All_NameNoRegistry() => Assert.That(
        Find(TrackedFile.All.Where(file => Path.GetFileName(file.Path) == "package-lock.json"), Registry(), "names a registry"),
        Is.Empty);

    [Test]
    public void Registry_ResolvedAddress_IsFound() =>
        AssertFound("package-lock.json", "\"resolved\": \"https://registry.example.org/a.tgz\"", Registry());

    private static void AssertFound(string path, string text, Regex rule) =>
        Assert.That(Find([new TrackedFile(path, "first line\n" + text)], rule, "breaks the rule"), Has.One.StartsWith($"{path}:2: "));

    private static IEnumerable<string> Find(IEnumerable<TrackedFile> files, Regex rule, string what) =>
        from file in files
        from match in rule.Matches(file.Text)
        select $"{file.Path}:{file.LineOf(match.Index)}: {match.Value.Trim()} {what}";

    [GeneratedRegex(
        @"\[(?:\w+(?:\([^)\n]*\))?\s*,\s*)*(?:Ignore|Explicit)\b"
        + @"|\bIgnore(?:Reason)?\s*=\s*"""
        + @"|\bAssert\.(?:Ignore|Inconclusive|Pass)\b|\bAssume\.That\b")]
    private static partial Regex Skip();

    [GeneratedRegex(@"\bNotImplementedException\b|\bTODO\b|\bFIXME\b")]
    private static partial Regex Stub();

    [GeneratedRegex(@"\bcatch\b[^{}\n]*\s*\{\s*\}")]
    private static partial Regex Swallow();

    [GeneratedRegex(@"(?<![\w+.~$=}*-])(?<!\w/)(?<!\w\.\w+)/(?:work|root|home|tmp)(?:/\S*|\b)")]
    private static partial Regex MachinePath();

    [GeneratedRegex(@"""resolved""\s*:\s*""https?:[^""]*""")]
    private static partial Regex Registry();
}
