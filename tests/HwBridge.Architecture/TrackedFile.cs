using System.Diagnostics;
using System.Text.RegularExpressions;

namespace HwBridge.Architecture;

/// <summary>A text file of this repository.</summary>
/// <param name="Path">From the repository's root, with forward slashes.</param>
/// <param name="Text">Its content.</param>
internal sealed partial record TrackedFile(string Path, string Text)
{
    private static readonly Lazy<IReadOnlyList<TrackedFile>> Everything = new(Read);

    /// <summary>Every text file that is in git, or would be with the next commit.</summary>
    internal static IReadOnlyList<TrackedFile> All => Everything.Value;

    /// <summary>The C# files under a folder.</summary>
    internal static IEnumerable<TrackedFile> Sources(params string[] folders) => All.Where(file =>
        file.Path.EndsWith(".cs", StringComparison.Ordinal)
        && folders.Any(folder => file.Path.StartsWith(folder + "/", StringComparison.Ordinal)));

    /// <summary>The text with comments and the content of string literals blanked out, line by line the same.</summary>
    internal string Code => CommentsAndStrings().Replace(Text, match => match.Value[0] == '/'
        ? new string([.. match.Value.Where(c => c == '\n')])
        : "\"" + new string([.. match.Value.Where(c => c == '\n')]) + "\"");

    internal int LineOf(int index) => Text.AsSpan(0, index).Count('\n') + 1;

    [GeneratedRegex(
        """//[^\n]*|/\*.*?\*/|(?<!')\"{3,}.*?\"{3,}|@\"(?:[^\"]|\"\")*\"|(?<!')\"(?:\\.|[^\"\\\n])*\"(?!')""",
        RegexOptions.Singleline)]
    private static partial Regex CommentsAndStrings();

    private static List<TrackedFile> Read()
    {
        DirectoryInfo? root = new(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(System.IO.Path.Combine(root.FullName, "HwBridge.sln")))
        {
            root = root.Parent;
        }

        string folder = root?.FullName ?? throw new InvalidOperationException("these tests run inside the repository, below HwBridge.sln");
        string[] arguments = ["-C", folder, "ls-files", "-z", "--cached", "--others", "--exclude-standard"];
        using Process git = Process.Start(new ProcessStartInfo("git", arguments) { RedirectStandardOutput = true })!;
        string[] paths = git.StandardOutput.ReadToEnd().Split('\0', StringSplitOptions.RemoveEmptyEntries);
        git.WaitForExit();
        var files = new List<TrackedFile>();
        foreach (string path in paths.Distinct().Where(path => File.Exists(System.IO.Path.Combine(folder, path))))
        {
            string text = File.ReadAllText(System.IO.Path.Combine(folder, path));
            if (!text.Contains('\0', StringComparison.Ordinal))
            {
                files.Add(new TrackedFile(path, text));
            }
        }

        return files.Count > 0 ? files : throw new InvalidOperationException($"git lists no files in {folder}");
    }
}
