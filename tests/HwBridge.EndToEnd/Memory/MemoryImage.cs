using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace HwBridge.EndToEnd.Memory;

/// <summary>All that a process could read of itself at one moment at which it was stopped.</summary>
/// <remarks>
/// Every readable mapping of /proc/PID/smaps is read through /proc/PID/mem, which the kernel grants to root whatever the process says.
/// Left out are only those that hold nothing of the process: files of which not one page was changed, memory that was never touched,
/// and the kernel's own pages ([vvar], [vsyscall]).
/// </remarks>
internal sealed class MemoryImage
{
    private const int Stop = 19;
    private const int Continue = 18;
    private const int Page = 4096;
    private const ulong Reservation = 1UL << 30;

    private MemoryImage(string moment, IReadOnlyList<Mapping> mappings) => (Moment, Mappings) = (moment, mappings);

    /// <summary>When it was taken.</summary>
    internal string Moment { get; }

    internal IReadOnlyList<Mapping> Mappings { get; }

    /// <summary>Bytes that are not empty pages.</summary>
    internal long Size => Mappings.Sum(mapping => (long)mapping.Content.Length);

    /// <summary>Stops the process, reads it, and lets it go on.</summary>
    internal static MemoryImage Take(int process, string moment)
    {
        Signal(process, Stop);
        try
        {
            WaitUntilStopped(process);
            return new MemoryImage(moment, Read(process));
        }
        finally
        {
            Signal(process, Continue);
        }
    }

    private static void Signal(int process, int signal) =>
        Assert.That(kill(process, signal), Is.Zero, $"process {process} can't be sent signal {signal}");

    private static void WaitUntilStopped(int process)
    {
        long deadline = Environment.TickCount64 + 10_000;
        while (Directory.GetDirectories($"/proc/{process}/task").Any(task => State(task) is not ('T' or 't' or 'Z' or 'X')))
        {
            Assert.That(Environment.TickCount64, Is.LessThan(deadline), $"process {process} did not stop");
            Thread.Sleep(1);
        }
    }

    private static char State(string task)
    {
        try
        {
            string stat = File.ReadAllText(Path.Combine(task, "stat"));
            return stat[stat.LastIndexOf(')') + 2];
        }
        catch (IOException)
        {
            // A thread that ended before the signal reached it.
            return 'X';
        }
    }

    private static List<Mapping> Read(int process)
    {
        List<Entry> entries = Entries(process);
        (ulong StackPointer, string Code)[] threads = Threads(process, entries);
        List<Mapping> mappings = [];
        using SafeFileHandle memory = OpenMemory(process);
        for (int i = 0; i < entries.Count; i++)
        {
            Entry entry = entries[i];
            if (entry.Access[0] != 'r' || entry.HoldsNothing)
            {
                continue;
            }

            (ulong stackPointer, string code) = threads.FirstOrDefault(thread => entry.Contains(thread.StackPointer));
            MappingKind kind = Kind(entries, i, stackPointer != 0);
            string name = kind == MappingKind.Stack ? code ?? string.Empty : entry.Name;
            mappings.AddRange(Pieces(memory, entry).Select(piece => new Mapping(piece.Start, kind, name, stackPointer, piece.Content)));
        }

        return mappings;
    }

    /// <summary>The runs of pages that are not all zero: most of a stack was never used.</summary>
    private static IEnumerable<(ulong Start, byte[] Content)> Pieces(SafeFileHandle memory, Entry entry)
    {
        byte[] chunk = new byte[1 << 20];
        ArrayBufferWriter<byte> run = new();
        for (ulong address = entry.Start; address < entry.End; address += (ulong)chunk.Length)
        {
            int length = (int)Math.Min((ulong)chunk.Length, entry.End - address);
            for (int count = 0; count < length;)
            {
                int more = RandomAccess.Read(memory, chunk.AsSpan(count, length - count), (long)address + count);
                Assert.That(more, Is.Positive, $"{address:x} {entry.Name} can't be read");
                count += more;
            }

            for (int page = 0; page < length; page += Page)
            {
                ReadOnlySpan<byte> bytes = chunk.AsSpan(page, Page);
                if (bytes.ContainsAnyExcept((byte)0))
                {
                    run.Write(bytes);
                }
                else if (run.WrittenCount > 0)
                {
                    yield return (address + (ulong)(page - run.WrittenCount), run.WrittenSpan.ToArray());
                    run.ResetWrittenCount();
                }
            }
        }

        if (run.WrittenCount > 0)
        {
            yield return (entry.End - (ulong)run.WrittenCount, run.WrittenSpan.ToArray());
        }
    }

    private static SafeFileHandle OpenMemory(int process)
    {
        try
        {
            return File.OpenHandle($"/proc/{process}/mem", FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        }
        catch (UnauthorizedAccessException forbidden)
        {
            throw new AssertionException(
                "the memory of hwbridge can't be read: it shuts everybody out but root (CAP_SYS_PTRACE). Run these tests as root.",
                forbidden);
        }
    }

    private static MappingKind Kind(List<Entry> entries, int index, bool isStack)
    {
        Entry entry = entries[index];
        if (isStack || entry.Name == "[stack]")
        {
            return MappingKind.Stack;
        }

        bool isFenced = IsForbidden(entries, index - 1, entry.Start) && IsForbidden(entries, index + 1, entry.End);
        if (entry.IsLocked && entry.IsUndumped && isFenced)
        {
            return MappingKind.Guarded;
        }

        // An arena of malloc begins on a multiple of 64 MiB and is followed by what it has reserved of that.
        bool isArena = entry.Name.Length == 0 && entry.Start % (64 << 20) == 0 && index + 1 < entries.Count
            && entries[index + 1].Start == entry.End && entries[index + 1].Access == "---p" && entries[index + 1].End % (64 << 20) == 0;
        if (isArena || entry.Name == "[heap]")
        {
            return MappingKind.NativeHeap;
        }

        if (entry.Name.StartsWith('/') && !entry.Name.StartsWith("/memfd:", StringComparison.Ordinal))
        {
            return MappingKind.File;
        }

        return entry.Name.Length == 0 && IsReserved(entries, index) ? MappingKind.ManagedHeap : MappingKind.Anonymous;
    }

    private static bool IsForbidden(List<Entry> entries, int index, ulong edge) =>
        index >= 0
        && index < entries.Count
        && entries[index].Access == "---p"
        && (entries[index].Start == edge || entries[index].End == edge);

    /// <summary>Whether it lies, without a gap, in a reservation of at least a gibibyte.</summary>
    private static bool IsReserved(List<Entry> entries, int index)
    {
        static bool Is(Entry entry) => entry.Access == "---p" && entry.End - entry.Start >= Reservation;
        for (int i = index; i > 0 && entries[i - 1].End == entries[i].Start && entries[i].Name.Length == 0; i--)
        {
            if (Is(entries[i - 1]))
            {
                return true;
            }
        }

        for (int i = index; i + 1 < entries.Count && entries[i + 1].Start == entries[i].End && entries[i].Name.Length == 0; i++)
        {
            if (Is(entries[i + 1]))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Where each thread stands, on its stack and in which file's code; the kernel tells it of a stopped thread.</summary>
    private static (ulong StackPointer, string Code)[] Threads(int process, List<Entry> entries) =>
    [
        .. Directory.GetDirectories($"/proc/{process}/task")
            .Select(task => File.ReadAllText(Path.Combine(task, "syscall")).Split(' '))
            .Where(fields => fields.Length >= 3)
            .Select(fields => (Address(fields[^2][2..]), CodeAt(entries, Address(fields[^1][2..])))),
    ];

    private static ulong Address(string hex) => ulong.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static string CodeAt(List<Entry> entries, ulong address) =>
        Path.GetFileName(entries.FirstOrDefault(entry => entry.Contains(address))?.Name ?? string.Empty);

    private static List<Entry> Entries(int process)
    {
        List<Entry> entries = [];
        foreach (string line in File.ReadLines($"/proc/{process}/smaps"))
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            switch (words[0])
            {
                case "Rss:":
                    entries[^1].Resident = words[1];
                    break;
                case "Swap:":
                    entries[^1].Swapped = words[1];
                    break;
                case "Anonymous:":
                    entries[^1].Changed = words[1];
                    break;
                case "VmFlags:":
                    entries[^1].Flags = words[1..];
                    break;
                case string word when !word.EndsWith(':'):
                    ulong[] ends = [.. word.Split('-').Select(Address)];
                    entries.Add(new Entry { Start = ends[0], End = ends[1], Access = words[1], Name = string.Join(' ', words[5..]) });
                    break;
                default:
                    break;
            }
        }

        return entries;
    }

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int kill(int process, int signal);

    /// <summary>A paragraph of smaps.</summary>
    private sealed class Entry
    {
        internal ulong Start { get; init; }

        internal ulong End { get; init; }

        internal string Access { get; init; } = string.Empty;

        internal string Name { get; init; } = string.Empty;

        internal string Resident { get; set; } = string.Empty;

        internal string Swapped { get; set; } = string.Empty;

        internal string Changed { get; set; } = string.Empty;

        internal string[] Flags { get; set; } = [];

        internal bool Contains(ulong address) => address >= Start && address < End;

        internal bool IsLocked => Flags.Contains("lo");

        internal bool IsUndumped => Flags.Contains("dd");

        internal bool HoldsNothing =>
            Name is "[vvar]" or "[vvar_vclock]" or "[vsyscall]"
            || (Resident == "0" && Swapped == "0" && Name.Length == 0)
            || (Name.StartsWith('/') && Access[3] == 'p' && Changed == "0" && Swapped == "0");
    }
}
