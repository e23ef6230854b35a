using System.Text;
using System.Text.RegularExpressions;
using HwBridge.Backups.Files;
using HwBridge.Core.Faults;

namespace HwBridge.Cli.Doctor;

/// <summary>The rules that let a person open a wallet's node without root: ours, and whichever are already on this machine.</summary>
/// <remarks>
/// <c>uaccess</c> lets whoever sits at the computer in, by the rule 73-seat-late, so that a later file comes too late; the group is for computers
/// at which nobody sits. Never for everybody: a node that every program of every user can open is a hole.
/// </remarks>
/// <param name="root">The root of the file system.</param>
internal sealed partial class UdevRules(string root)
{
    private const string Group = "plugdev";
    private const string SeatRules = "73-seat-late.rules";

    private static readonly string[] Folders = ["etc/udev/rules.d", "run/udev/rules.d", "usr/local/lib/udev/rules.d", "usr/lib/udev/rules.d", "lib/udev/rules.d"];

    /// <summary>Where ours go.</summary>
    internal string Path { get; } = System.IO.Path.Combine(root, Folders[0], "60-hwbridge.rules");

    /// <summary>Ours: with the group only where this machine has it, since udev throws a rule with an unknown one away.</summary>
    internal string Text => $"""
        # Ledger: whoever sits at this computer may open it{(HasGroup ? $", and so may the members of the group {Group}" : string.Empty)}.
        # Written by: hwbridge doctor --install-udev
        SUBSYSTEM=="hidraw", KERNELS=="0003:2C97:*", MODE="0660", {(HasGroup ? $"GROUP=\"{Group}\", " : string.Empty)}TAG+="uaccess"

        """.ReplaceLineEndings("\n");

    private bool HasGroup => new AccountNames(root).GroupNumber(Group) is not null;

    /// <summary>What the rules on this machine do for a Ledger.</summary>
    internal Finding Examine()
    {
        List<string> late = [];
        List<string> open = [];
        List<string> good = [];
        foreach (string file in Folders.Select(folder => System.IO.Path.Combine(root, folder)).Where(Directory.Exists).SelectMany(Files))
        {
            string rules = Read(file);
            if (!Ledger().IsMatch(rules))
            {
                continue;
            }

            bool isLate = string.CompareOrdinal(System.IO.Path.GetFileName(file), SeatRules) > 0 && !GroupRule().IsMatch(rules);
            (Everybody().IsMatch(rules) ? open : isLate ? late : good).Add(file);
        }

        const string Install = "sudo hwbridge doctor --install-udev";
        return (open, late, good) switch
        {
            ([string file, ..], _, _) => Finding.Warning(
                "rules", $"{file} lets every program of every user open a Ledger", $"Remove that file, then: {Install}"),
            (_, _, [string file, ..]) => Finding.Ok("rules", $"{file} is there for a Ledger"),
            (_, [string file, ..], _) => Finding.Problem(
                "rules", $"{file} has no effect: it is read after {SeatRules}, which grants what earlier files ask for", Install),
            _ => Finding.Problem("rules", "no rule of udev lets a person open a Ledger", Install),
        };
    }

    /// <summary>Writes ours, readable for everybody.</summary>
    /// <exception cref="FaultException"><see cref="Fault.DevicePermission"/>: only root may; <see cref="Fault.Io"/>: it could not be written.</exception>
    internal void Install(CancellationToken cancellationToken)
    {
        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        }
        catch (Exception refused) when (refused is UnauthorizedAccessException or IOException)
        {
            throw new FaultException(
                Fault.Io, $"{System.IO.Path.GetDirectoryName(Path)} could not be made ({refused.Message})", "Make that folder, then run this again.", refused);
        }

        AtomicFile.Write(Path, Encoding.UTF8.GetBytes(Text), overwrite: true, cancellationToken);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        }
    }

    private static IEnumerable<string> Files(string folder) => Directory.EnumerateFiles(folder, "*.rules").Order(StringComparer.Ordinal);

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception hidden) when (hidden is IOException or UnauthorizedAccessException)
        {
            // Rules that this user may not read count for nothing here: whether the node can be opened is looked at as well.
            return string.Empty;
        }
    }

    [GeneratedRegex("^[^#\n]*2c97", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex Ledger();

    [GeneratedRegex("^[^#\n]*2c97[^\n]*MODE:?=\"0?666\"", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex Everybody();

    [GeneratedRegex("^[^#\n]*2c97[^\n]*GROUP:?=\"", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex GroupRule();
}
