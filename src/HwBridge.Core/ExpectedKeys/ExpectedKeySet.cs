using HwBridge.Core.Bls;
using HwBridge.Core.Deposits;
using HwBridge.Core.Faults;

namespace HwBridge.Core.ExpectedKeys;

/// <summary>The keys of several files together: each key once, with all its sources, and of one network.</summary>
public sealed class ExpectedKeySet
{
    private ExpectedKeySet(IReadOnlyList<ExpectedKey> keys, IReadOnlyList<DepositFile> depositFiles)
    {
        (Keys, DepositFiles) = (keys, depositFiles);
    }

    /// <summary>Each key once, in the order of the files.</summary>
    public IReadOnlyList<ExpectedKey> Keys { get; }

    /// <summary>The deposit files among them, all of one network.</summary>
    public IReadOnlyList<DepositFile> DepositFiles { get; }

    /// <summary>Joins files: a path that one of them knows is the key's path.</summary>
    /// <exception cref="FaultException">
    /// <see cref="Fault.BadInput"/>: two files give one key different paths, or deposit files are of different networks.
    /// </exception>
    public static ExpectedKeySet Merge(IEnumerable<ExpectedKeyFile> files)
    {
        ArgumentNullException.ThrowIfNull(files);
        List<ExpectedKey> merged = [];
        Dictionary<BlsPublicKey, int> positions = [];
        List<DepositFile> depositFiles = [];
        foreach (ExpectedKeyFile file in files)
        {
            if (file.Deposits is { } deposits)
            {
                depositFiles.Add(deposits);
                CheckNetwork(depositFiles[0], deposits);
            }

            foreach (ExpectedKey key in file.Keys)
            {
                if (positions.TryAdd(key.PublicKey, merged.Count))
                {
                    merged.Add(key);
                }
                else
                {
                    int position = positions[key.PublicKey];
                    merged[position] = Join(merged[position], key);
                }
            }
        }

        return new ExpectedKeySet(merged, depositFiles);
    }

    private static void CheckNetwork(DepositFile first, DepositFile other)
    {
        if (first.ForkVersion != other.ForkVersion)
        {
            throw new FaultException(
                Fault.BadInput,
                $"{other.Source} has deposits on {other.ForkVersion}, {first.Source} on {first.ForkVersion}",
                "Check the networks one at a time.");
        }
    }

    private static ExpectedKey Join(ExpectedKey known, ExpectedKey again)
    {
        if (known.Path is { } path && again.Path is { } other && !path.Equals(other))
        {
            throw new FaultException(
                Fault.BadInput,
                $"{known.PublicKey} is at {path} in {string.Join(", ", known.Sources)}, but at {other} in {again.Sources[0]}",
                "Leave out the file whose path is wrong.");
        }

        return known with { Path = known.Path ?? again.Path, Sources = [.. known.Sources, .. again.Sources] };
    }
}
