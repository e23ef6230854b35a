using HwBridge.Core.Bls;
using HwBridge.Core.Eip2334;
using HwBridge.Core.ExpectedKeys;
using HwBridge.Core.KeyStores;

namespace HwBridge.Backups.Checks;

/// <summary>Compares expected validator keys with what a wallet derives or a backup holds.</summary>
public static class RestoreCheck
{
    /// <summary>Where keys without a path are looked for unless the person says otherwise.</summary>
    public static readonly IndexRange DefaultScan = new(0, 99);

    /// <summary>Has the device derive: the paths that are known, then the scanned indices until every key is found.</summary>
    /// <param name="expected">The keys, each once.</param>
    /// <param name="device">The wallet.</param>
    /// <param name="scan">Indices to look through for keys without a path; when given, also for keys that were not at their path.</param>
    /// <param name="progress">Told how many keys the device has derived so far.</param>
    /// <param name="cancellationToken">Stops between and within exchanges.</param>
    public static async Task<RestoreReport> AgainstDeviceAsync(
        IReadOnlyList<ExpectedKey> expected,
        IValidatorKeys device,
        IndexRange? scan,
        Action<int>? progress,
        CancellationToken cancellationToken)
    {
        Dictionary<ValidatorKeyPath, BlsPublicKey> derived = [];
        HashSet<BlsPublicKey> wanted = [.. expected.Select(key => key.PublicKey)];
        HashSet<BlsPublicKey> sought = [.. expected.Where(key => key.Path is null).Select(key => key.PublicKey)];
        Dictionary<BlsPublicKey, ValidatorKeyPath> places = [];
        IndexRange range = scan ?? DefaultScan;
        bool scanning = false;
        long scanned = 0;

        // One enumeration for both parts, so that a device that confirms once for a run asks once.
        IEnumerable<ValidatorKeyPath> Paths()
        {
            foreach (ValidatorKeyPath path in expected.Where(key => key.Path is not null).Select(key => key.Path!).Distinct())
            {
                yield return path;
            }

            if (scan is not null)
            {
                IEnumerable<ExpectedKey> displaced = expected.Where(key => key.Path is not null && derived[key.Path] != key.PublicKey);
                sought.UnionWith(displaced.Select(key => key.PublicKey));
            }

            sought.ExceptWith(places.Keys);
            scanning = true;
            for (long index = range.First; index <= range.Last && sought.Count > 0; index++)
            {
                scanned++;
                yield return ValidatorKeyPath.Signing((uint)index);
            }
        }

        await foreach (DerivedKey key in device.GetPublicKeysAsync(Paths(), confirm: false, cancellationToken).ConfigureAwait(false))
        {
            derived[key.Path] = key.PublicKey;
            sought.Remove(key.PublicKey);
            if (wanted.Contains(key.PublicKey))
            {
                places.TryAdd(key.PublicKey, key.Path);
            }

            progress?.Invoke(derived.Count);
        }

        uint? highestHit = scanning ? places.Values.Max(path => path.ValidatorIndex) : null;
        bool IsGap(ValidatorKeyPath path) => path.ValidatorIndex is { } index && index < highestHit && path.Equals(ValidatorKeyPath.Signing(index));
        FoundKey[] unexpected = scanned == 0
            ? []
            : [.. derived.Where(pair => !wanted.Contains(pair.Value) && IsGap(pair.Key)).Select(pair => new FoundKey(pair.Value, pair.Key))];
        return new RestoreReport(
            [.. expected.Select(key => Row(key, places, derived))],
            unexpected,
            scanned == 0 ? null : new IndexRange(range.First, (uint)(range.First + scanned - 1)));
    }

    /// <summary>Compares with what a backup holds.</summary>
    /// <param name="expected">The keys, each once.</param>
    /// <param name="inside">The backup's keys.</param>
    public static RestoreReport AgainstBackup(IReadOnlyList<ExpectedKey> expected, IReadOnlyList<FoundKey> inside)
    {
        Dictionary<BlsPublicKey, ValidatorKeyPath?> held = [];
        Dictionary<ValidatorKeyPath, BlsPublicKey> byPath = [];
        foreach (FoundKey key in inside)
        {
            held[key.PublicKey] = key.Path;
            if (key.Path is not null)
            {
                byPath[key.Path] = key.PublicKey;
            }
        }

        HashSet<BlsPublicKey> wanted = [.. expected.Select(key => key.PublicKey)];
        return new RestoreReport(
            [.. expected.Select(key => held.TryGetValue(key.PublicKey, out ValidatorKeyPath? path)
                ? new CheckedKey(key, KeyCheckStatus.Match, path ?? key.Path, null)
                : NotFound(key, byPath))],
            [.. inside.Where(key => !wanted.Contains(key.PublicKey))],
            null);
    }

    private static CheckedKey Row(
        ExpectedKey key,
        Dictionary<BlsPublicKey, ValidatorKeyPath> places,
        Dictionary<ValidatorKeyPath, BlsPublicKey> derived) =>
        places.TryGetValue(key.PublicKey, out ValidatorKeyPath? place)
            ? new CheckedKey(key, KeyCheckStatus.Match, place, null)
            : NotFound(key, derived);

    private static CheckedKey NotFound(ExpectedKey key, Dictionary<ValidatorKeyPath, BlsPublicKey> byPath) =>
        key.Path is not null && byPath.TryGetValue(key.Path, out BlsPublicKey other)
            ? new CheckedKey(key, KeyCheckStatus.Different, key.Path, other)
            : new CheckedKey(key, KeyCheckStatus.Missing, key.Path, null);
}
