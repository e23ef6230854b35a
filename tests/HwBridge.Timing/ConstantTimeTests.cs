using System.Globalization;

namespace HwBridge.Timing;

/// <summary>
/// Times tell nothing of the secrets, as far as so many samples can tell; and so many samples do tell a single branch
/// (README.md says how, and what was measured).
/// </summary>
internal sealed class ConstantTimeTests
{
    private readonly List<string> _rows = [];

    [OneTimeTearDown]
    public void Report()
    {
        TestContext.Progress.WriteLine("| computation | classes | times | largest t | would show from | t with one planted branch |");
        TestContext.Progress.WriteLine("| --- | --- | ---: | ---: | ---: | ---: |");
        foreach (string row in _rows)
        {
            TestContext.Progress.WriteLine(row);
        }
    }

    [TestCaseSource(typeof(TimingSubjects), nameof(TimingSubjects.All))]
    public void Run_OfEitherClass_TakesTheSameTimeUntilABranchIsPlanted(TimingSubject subject)
    {
        var plain = Verdict.Of(() => Measurement.Take(subject, planted: false));
        var planted = Verdict.Of(() => Measurement.Take(subject, planted: true));
        _rows.Add(string.Create(
            CultureInfo.InvariantCulture,
            $"| {subject.Name} | {subject.Classes} | {subject.Samples} | {plain.Largest.T:+0.0;−0.0} | {plain.Visible:0.0} ns | "
            + $"{planted.Largest.T:+0;−0} |"));
        Assert.That(plain.Reproduced, Is.Empty, $"{subject.Name}: the time depends on the secret, in {Verdict.Repetitions} measurements alike");
        Assert.That(planted.Reproduced, Is.Not.Empty, $"{subject.Name}: one planted branch was not seen, so nothing is shown");
    }
}
