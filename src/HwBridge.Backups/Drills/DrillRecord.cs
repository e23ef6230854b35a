using System.Security.Cryptography;
using HwBridge.Core.Faults;

namespace HwBridge.Backups.Drills;

/// <summary>When each backup and wallet was last drilled, and how that ended; nothing else.</summary>
public sealed class DrillRecord
{
    /// <summary>How many entries a record has room for.</summary>
    public const int MaxEntries = 125;

    /// <summary>The salt's size in bytes.</summary>
    internal const int SaltSize = 32;

    private const int MinPrefix = 4;

    internal DrillRecord(byte[] salt, DateOnly written, IEnumerable<DrillEntry> entries)
    {
        Salt = salt;
        Written = written;
        Entries = [.. entries.OrderBy(static entry => entry.Id.Value)];
    }

    /// <summary>The day (UTC) of the last change, as the clock had it then.</summary>
    public DateOnly Written { get; }

    /// <summary>Each backup and wallet once, by fingerprint: the order tells nothing.</summary>
    public IReadOnlyList<DrillEntry> Entries { get; }

    internal byte[] Salt { get; }

    /// <summary>A record without entries. Its salt makes the fingerprints of no two records comparable.</summary>
    internal static DrillRecord New(DateOnly today) => new(RandomNumberGenerator.GetBytes(SaltSize), today, []);

    /// <summary>The record after one more drill.</summary>
    /// <param name="id">Of what.</param>
    /// <param name="matched">How it ended.</param>
    /// <param name="today">The day, UTC.</param>
    /// <exception cref="FaultException"><see cref="Fault.Io"/>: no room for one more.</exception>
    internal DrillRecord With(DrillId id, bool matched, DateOnly today)
    {
        DrillEntry? before = Entries.FirstOrDefault(entry => entry.Id == id);
        if (before is null && Entries.Count == MaxEntries)
        {
            throw new FaultException(
                Fault.Io,
                $"the record of drills is full: it knows {MaxEntries} backups and wallets",
                "Forget those that are gone: hwbridge drill status, then hwbridge drill forget ID.");
        }

        DrillEntry entry = new(id, matched ? today : before?.LastMatch, today, matched);
        return new DrillRecord(Salt, today, [.. Others(id), entry]);
    }

    /// <summary>The record without one entry.</summary>
    /// <exception cref="FaultException"><see cref="Fault.Usage"/>: none, or several, begin with these digits.</exception>
    internal DrillRecord Without(string prefix, DateOnly today, out DrillEntry forgotten)
    {
        DrillEntry[] found = prefix.Length < MinPrefix
            ? []
            : [.. Entries.Where(entry => entry.Id.ToString().StartsWith(prefix, StringComparison.OrdinalIgnoreCase))];
        forgotten = found.Length == 1
            ? found[0]
            : throw new FaultException(
                Fault.Usage,
                $"{(found.Length == 0 ? "nothing" : "more than one entry")} in the record of drills begins with {prefix}",
                $"Give at least {MinPrefix} digits of one that 'hwbridge drill status' lists.");
        return new DrillRecord(Salt, today, Others(forgotten.Id));
    }

    private IEnumerable<DrillEntry> Others(DrillId id) => Entries.Where(entry => entry.Id != id);
}
