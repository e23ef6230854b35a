using System.Globalization;

namespace HwBridge.Cli.Doctor;

/// <summary>Names of this machine's users and groups, by its own two files.</summary>
/// <param name="root">The root of the file system.</param>
internal sealed class AccountNames(string root)
{
    /// <summary>A user's name, or the number where it has none here.</summary>
    internal string User(uint number) => Name("etc/passwd", number);

    /// <summary>A group's name, or the number.</summary>
    internal string Group(uint number) => Name("etc/group", number);

    /// <summary>A group's number; null where this machine has no such group.</summary>
    internal uint? GroupNumber(string name) =>
        Entries("etc/group").FirstOrDefault(entry => entry[0] == name) is { } found && Number(found) is { } number ? number : null;

    private string Name(string file, uint number) =>
        Entries(file).FirstOrDefault(entry => Number(entry) == number)?[0] ?? number.ToString(CultureInfo.InvariantCulture);

    private static uint? Number(string[] entry) =>
        entry.Length > 2 && uint.TryParse(entry[2], NumberStyles.None, CultureInfo.InvariantCulture, out uint number) ? number : null;

    private IEnumerable<string[]> Entries(string file)
    {
        string path = Path.Combine(root, file);
        return File.Exists(path) ? File.ReadLines(path).Select(line => line.Split(':')) : [];
    }
}
