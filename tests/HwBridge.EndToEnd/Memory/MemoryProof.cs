using System.Text;
using HwBridge.EndToEnd.Faults;

namespace HwBridge.EndToEnd.Memory;

/// <summary>The images of one command and the secrets that it handled, which become known on the way.</summary>
/// <param name="command">What it is called in the table.</param>
/// <param name="known">Something public that lies in its memory from the start, which each search has to find.</param>
internal sealed class MemoryProof(string command, string known)
{
    private readonly List<MemoryImage> _images = [];
    private readonly List<Secret> _secrets = [];
    private readonly List<(string Name, byte[] Bytes)> _written = [];
    private readonly HashSet<(string Moment, string Secret)> _expected = [];

    /// <summary>The rows of all that was concluded; the tests run one after the other.</summary>
    internal static List<MemoryRow> Concluded { get; } = [];

    /// <summary>Takes what it has written: its output and each file in a folder, but for the encrypted ones.</summary>
    internal void TakeWritten(Outcome outcome, string folder)
    {
        _written.Add(("stdout", Encoding.UTF8.GetBytes(outcome.Output)));
        _written.Add(("stderr", Encoding.UTF8.GetBytes(outcome.Error)));
        EnumerationOptions all = new() { AttributesToSkip = 0, RecurseSubdirectories = true };
        _written.AddRange(Directory.EnumerateFiles(folder, "*", all)
            .Select(file => (file, File.ReadAllBytes(file))));
    }

    internal void Add(params IEnumerable<Secret> secrets) => _secrets.AddRange(secrets);

    /// <summary>Takes an image of the running command.</summary>
    /// <param name="running">The command.</param>
    /// <param name="moment">What it is at.</param>
    /// <param name="expected">Secrets that it must have in guarded memory just now: the search has to find them.</param>
    internal void Take(HeldCommand running, string moment, params string[] expected)
    {
        _images.Add(MemoryImage.Take(running.ProcessId, moment));
        _expected.UnionWith(expected.Select(secret => (moment, secret)));
    }

    /// <summary>Takes several images of a computation, between which it goes on.</summary>
    internal async Task TakeSeveralAsync(HeldCommand running, string moment, params string[] expected)
    {
        for (int i = 0; i < 4; i++)
        {
            Take(running, moment, expected);
            await Task.Delay(8).ConfigureAwait(false);
        }
    }

    /// <summary>Searches all images, and fails the test for each secret where it may not be.</summary>
    internal void Conclude()
    {
        Secret control = Secret.OfText("(known to be there)", known, known.Length);
        SecretSearch search = new([.. _secrets, control]);
        List<string> wrong = [];
        Dictionary<(string Secret, string Moment, string Place), int> places = [];
        foreach (MemoryImage image in _images)
        {
            IReadOnlyList<Finding> findings = search.In(image);
            if (!findings.Any(finding => finding.Needle.Secret == control && finding.Mapping.Kind == MappingKind.ManagedHeap))
            {
                wrong.Add($"{image.Moment}: the search does not even find {known}");
            }

            Finding[] found = [.. findings.Where(finding => finding.Needle.Secret != control)];
            wrong.AddRange(found.Where(finding => !IsAllowed(image.Moment, finding)).Select(finding => $"{image.Moment}: {finding}"));
            _expected.RemoveWhere(expected => expected.Moment == image.Moment
                && found.Any(finding => finding.IsGuarded && finding.Needle.Secret.Name == expected.Secret));
            foreach (var place in found.GroupBy(finding => (finding.Needle.Secret.Name, image.Moment, finding.Place)))
            {
                int copies = place.DistinctBy(finding => finding.Address).Count();
                places[place.Key] = Math.Max(copies, places.GetValueOrDefault(place.Key));
            }
        }

        wrong.AddRange(_written.SelectMany(written => search.In(written.Name, written.Bytes))
            .Where(finding => finding.Needle.Secret != control)
            .Select(finding => $"written: {finding}"));
        wrong.AddRange(_expected.Select(expected => $"{expected.Moment}: {expected.Secret} is not in guarded memory, where it must be"));
        MemoryRow[] rows =
        [
            .. from secret in _secrets.Select(secret => secret.Name).Distinct()
               from moment in _images.Select(image => image.Moment).Distinct()
               let found = places.Where(place => (place.Key.Secret, place.Key.Moment) == (secret, moment))
               select new MemoryRow(command, secret, moment, [.. found.Select(place => $"{place.Value} × {place.Key.Place}")]),
        ];
        TestContext.Out.WriteLine(MemoryRow.Table(rows));
        TestContext.Out.WriteLine(
            $"{_images.Count} images of {_images.Min(image => image.Size) >> 20} to {_images.Max(image => image.Size) >> 20} MiB, "
            + $"{search.Windows} windows of {_secrets.Count} secrets");
        Concluded.AddRange(rows);
        Assert.That(wrong, Is.Empty, command);
    }

    private static bool IsAllowed(string moment, Finding finding) =>
        moment != SecretNames.Done && (finding.IsGuarded || Allowance.All.Any(allowance => allowance.Covers(moment, finding)));
}
