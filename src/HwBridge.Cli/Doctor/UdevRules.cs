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
internal sealed class UdevRules(string root)
{
    /// <summary>What tells a rule for a Ledger.</summary>
    internal const string LedgerId = "2c97";

    /// <summary>What tells a rule for a Trezor that is not the first Model One.</summary>
    internal const string TrezorId = "53c1";

    private const string Group = "plugdev";
    private const string SeatRules = "73-seat-late.rules";

    private static readonly string[] Folders = ["etc/udev/rules.d", "run/udev/rules.d", "usr/local/lib/udev/rules.d", "usr/lib/udev/rules.d", "lib/udev/rules.d"];

    /// <summary>Where ours go.</summary>
    internal string Path { get; } = System.IO.Path.Combine(root, Folders[0], "60-hwbridge.rules");

    /// <summary>Ours: with the group only where this machine has it, since udev throws a rule with an unknown one away.</summary>
    internal string Text
    {
        get
        {
            string allowed = $"MODE=\"0660\", {(HasGroup ? $"GROUP=\"{Group}\", " : string.Empty)}TAG+=\"uaccess\"";
            return $$"""
                # Wallets: whoever sits at this computer may open them{{(HasGroup ? $", and so may the members of the group {Group}" : string.Empty)}}.
                # Written by: hwbridge doctor --install-udev
                # Ledger
                SUBSYSTEM=="hidraw", KERNELS=="0003:2C97:*", {{allowed}}
                # Trezor, and its bootloader
                SUBSYSTEM=="usb", ATTR{idVendor}=="1209", ATTR{idProduct}=="53c0|53c1", {{allowed}}
                # The first Model One
                SUBSYSTEM=="usb", ATTR{idVendor}=="534c", ATTR{idProduct}=="0001", {{allowed}}
                SUBSYSTEM=="hidraw", KERNELS=="0003:534C:0001.*", {{allowed}}

                """.ReplaceLineEndings("\n");
        }
    }

    private bool HasGroup => new AccountNames(root).GroupNumber(Group) is not null;

    /// <summary>What the rules on this machine do for a kind of device.</summary>
    /// <param name="device">What a person calls it, such as "a Ledger".</param>
    /// <param name="id">The vendor's or product's number that its rules name, in hex.</param>
    internal Finding Examine(string device, string id)
    {
        const RegexOptions Lines = RegexOptions.Multiline | RegexOptions.IgnoreCase;
        string line = $"^[^#\n]*{id}";
        List<string> late = [];
        List<string> open = [];
        List<string> good = [];

        // Of files of one name the first counts: that is how one of the system's is replaced, or switched off by a link to nothing.
        foreach (string file in Folders.Select(folder => System.IO.Path.Combine(root, folder)).Where(Directory.Exists).SelectMany(Files)
            .DistinctBy(System.IO.Path.GetFileName))
        {
            string rules = Read(file);
            if (!Regex.IsMatch(rules, line, Lines))
            {
                continue;
            }

            bool isLate = string.CompareOrdinal(System.IO.Path.GetFileName(file), SeatRules) > 0 && !Regex.IsMatch(rules, line + "[^\n]*GROUP:?=\"", Lines);
            (Regex.IsMatch(rules, line + "[^\n]*MODE:?=\"0?666\"", Lines) ? open : isLate ? late : good).Add(file);
        }

        const string Install = "sudo hwbridge doctor --install-udev";
        return (open, late, good) switch
        {
            ([string file, ..], _, _) => Finding.Warning(
                "rules", $"{file} lets every program of every user open {device}", $"Remove that file, then: {Install}"),
            (_, _, [string file, ..]) => Finding.Ok("rules", $"{file} is there for {device}"),
            (_, [string file, ..], _) => Finding.Problem(
                "rules", $"{file} has no effect: it is read after {SeatRules}, which grants what earlier files ask for", Install),
            _ => Finding.Problem("rules", $"no rule of udev lets a person open {device}", Install),
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
}
