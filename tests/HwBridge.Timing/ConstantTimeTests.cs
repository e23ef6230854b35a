using System.Globalization;

namespace HwBridge.Timing;

/// <summary>
/// Times tell nothing of the secrets, as far as so many samples can tell; and so many samples do tell a single branch
/// (README.md says how, and what was measured).
/// </summary>
internal sealed class ConstantTimeTests
{
    /// <summary>Noise of other programs that hides even the planted branch shows nothing of the computation either: both again.</summary>
    private const int Attempts = 3;

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
        Verdict plain;
        Verdict planted;
        int attempts = 0;
        do
        {
            plain = Verdict.Of(() => Measurement.Take(subject, planted: false));
            Assert.That(plain.Reproduced, Is.Empty, $"{subject}: the time depends on the secret in every measurement:\n{plain}");
            planted = Verdict.Of(() => Measurement.Take(subject, planted: true));
        }
        while (planted.Reproduced.Count == 0 && ++attempts < Attempts);

        Assert.That(planted.Reproduced, Is.Not.Empty, $"{subject}: one planted branch was not seen, so nothing is shown:\n{planted}");
        _rows.Add(string.Create(
            CultureInfo.InvariantCulture,
            $"| {subject.Name} | {subject.Classes} | {subject.Samples} | {plain.Largest.T:+0.0;−0.0} | {plain.Visible:0.0} ns | "
            + $"{planted.Largest.T:+0;−0} |"));
    }
}
