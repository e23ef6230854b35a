using System.Text.RegularExpressions;

namespace HwBridge.Architecture;

/// <summary>One public type a file, the file named after its type, the namespace after its folder, and names that mean something.</summary>
public sealed partial class TypePlaceTests
{
    private static readonly string[] EmptyWords =
    [
        "Helper", "Helpers", "Manager", "Managers", "Util", "Utils", "Utility", "Utilities", "Misc", "Common",
    ];

    [Test]
    public void Types_InEachFile_AreWhereTheirNameSays() =>
        Assert.That(TrackedFile.Sources("src", "tests", "samples").SelectMany(Check), Is.Empty);

    [TestCase("src/HwBridge.Core/Bls/A.cs", "namespace HwBridge.Core;\npublic class A;", "namespace")]
    [TestCase("src/HwBridge.Core/Bls/A.cs", "namespace HwBridge.Core.Bls;\npublic class A;\npublic enum B { }", "2 public types")]
    [TestCase("src/HwBridge.Core/Bls/A.cs", "namespace HwBridge.Core.Bls;\npublic struct B;\ninternal class A;", "named after B")]
    [TestCase("src/HwBridge.Core/Bls/A.cs", "namespace HwBridge.Core.Bls;\ninternal class B;", "named after B")]
    [TestCase("src/HwBridge.Core/Bls/KeyHelper.cs", "namespace HwBridge.Core.Bls;\ninternal static class KeyHelper;", "says nothing")]
    [TestCase("src/HwBridge.Core/Bls/A.cs", "namespace HwBridge.Core.Bls;\ninternal class A\n{\n    class Utils;\n}", "says nothing")]
    public void Check_MisplacedType_IsFound(string path, string text, string words) =>
        Assert.That(Check(new TrackedFile(path, text)), Has.One.Contains(words));

    [TestCase("src/HwBridge.Core/Bls/A.cs", "namespace HwBridge.Core.Bls;\npublic class A<T>\n{\n    public enum B;\n}\ninternal class C;")]
    [TestCase("tests/bench/HwBridge.Bench/Bls/A.cs", "namespace HwBridge.Bench.Bls;\ninternal class A;")]
    [TestCase("tests/Shared/Bls/A.cs", "namespace HwBridge.Shared.Bls;\ninternal sealed unsafe class A;")]
    [TestCase("src/HwBridge.Core/Bls/A.Part.cs", "namespace HwBridge.Core.Bls;\npublic partial class A;")]
    [TestCase("src/HwBridge.Cli/Program.cs", "return 0;")]
    [TestCase("src/HwBridge.Core/Bls/A.cs", "namespace HwBridge.Core.Bls;\n// public class Helper\npublic class A;")]
    public void Check_TypeInItsPlace_IsFine(string path, string text) => Assert.That(Check(new TrackedFile(path, text)), Is.Empty);

    private static IEnumerable<string> Check(TrackedFile file)
    {
        string code = file.Code;
        string[] folders = file.Path.Split('/')[1..^1];
        int project = Array.FindIndex(folders, folder => folder.StartsWith("HwBridge.", StringComparison.Ordinal));
        string expected = project < 0 ? $"HwBridge.{string.Join('.', folders)}" : string.Join('.', folders[project..]);
        Match space = Namespace().Match(code);
        if (space.Success && space.Groups["name"].Value != expected)
        {
            yield return $"{file.Path}: namespace {space.Groups["name"].Value} instead of {expected}";
        }

        Match[] types = [.. TopLevelType().Matches(code).Cast<Match>()];
        Match[] open = [.. types.Where(type => type.Groups["access"].Value == "public")];
        if (open.Length > 1)
        {
            yield return $"{file.Path}: {open.Length} public types in one file";
        }

        string[] names = [.. (open.Length > 0 ? open : types).Select((Match type) => type.Groups["name"].Value)];
        if (names.Length > 0 && !names.Contains(Path.GetFileName(file.Path).Split('.')[0]))
        {
            yield return $"{file.Path}: not named after {names[0]}";
        }

        foreach (string name in AnyType().Matches(code).Select(type => type.Groups["name"].Value))
        {
            if (EmptyWords.Any(word => name.EndsWith(word, StringComparison.Ordinal)))
            {
                yield return $"{file.Path}: the name {name} says nothing of what it does";
            }
        }
    }

    [GeneratedRegex(@"^namespace\s+(?<name>[\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(
        @"^(?<access>public|internal|file)?\s*(?:(?:static|sealed|abstract|partial|readonly|ref|unsafe)\s+)*"
        + @"(?:class|interface|enum|record\s+struct|record\s+class|record|struct|delegate\s+\S+)\s+(?<name>\w+)",
        RegexOptions.Multiline)]
    private static partial Regex TopLevelType();

    [GeneratedRegex(@"\b(?:class|interface|enum|struct|record)\s+(?<name>[A-Z]\w*)")]
    private static partial Regex AnyType();
}
