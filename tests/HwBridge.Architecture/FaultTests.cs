using HwBridge.Core.Faults;

namespace HwBridge.Architecture;

/// <summary>The tags and exit codes that other people's scripts rely on.</summary>
public sealed class FaultTests
{
    private static readonly Dictionary<string, int> Contract = new()
    {
        ["mismatch"] = 1,
        ["usage"] = 2,
        ["deviceNotFound"] = 3,
        ["devicePermission"] = 3,
        ["userRejected"] = 4,
        ["deviceLocked"] = 5,
        ["wrongApp"] = 5,
        ["deviceBusy"] = 5,
        ["unsupported"] = 5,
        ["pinInvalid"] = 5,
        ["badInput"] = 6,
        ["cannotDecrypt"] = 7,
        ["io"] = 8,
        ["protocol"] = 9,
        ["cancelled"] = 130,
    };

    [Test]
    public void Faults_All_HaveTheContractsTagAndExitCode() =>
        Assert.That(Check(Enum.GetValues<Fault>().Select(fault => (fault.Tag(), fault.ExitCode()))), Is.Empty);

    [Test]
    public void Check_WrongFaults_AreFound()
    {
        IEnumerable<(string, int)> right = Contract.Select(entry => (entry.Key, entry.Value));
        Assert.That(Check(right), Is.Empty);
        Assert.That(Check(right.Skip(1)), Is.EqualTo(new[] { "mismatch is missing" }));
        Assert.That(Check(right.Append(("new", 9))), Is.EqualTo(new[] { "new is not in the contract" }));
        Assert.That(Check(right.Skip(1).Append(("mismatch", 2))), Is.EqualTo(new[] { "mismatch has exit code 2 instead of 1" }));
        Assert.That(Check(right.Append(("io", 8))), Is.EqualTo(new[] { "io is there twice" }));
    }

    private static IEnumerable<string> Check(IEnumerable<(string Tag, int ExitCode)> faults)
    {
        var seen = new HashSet<string>();
        foreach ((string tag, int exitCode) in faults)
        {
            if (!seen.Add(tag))
            {
                yield return $"{tag} is there twice";
            }
            else if (!Contract.TryGetValue(tag, out int expected))
            {
                yield return $"{tag} is not in the contract";
            }
            else if (exitCode != expected)
            {
                yield return $"{tag} has exit code {exitCode} instead of {expected}";
            }
        }

        foreach (string tag in Contract.Keys.Where(tag => !seen.Contains(tag)))
        {
            yield return $"{tag} is missing";
        }
    }
}
