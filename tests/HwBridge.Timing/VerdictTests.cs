namespace HwBridge.Timing;

/// <summary>The statistics by themselves, on numbers instead of times.</summary>
internal sealed class VerdictTests
{
    private const int Samples = 20_000;

    /// <summary>Worked by hand: means 20.8 and 23; variances 4.7 and 7.375; 2.2 / √(4.7 / 5 + 7.375 / 5).</summary>
    [Test]
    public void Test_OfTwoSmallSamples_IsWelchsFormula()
    {
        (double t, double error) = Welch.Test([18, 20, 21, 21, 24], [19.5, 22, 23, 23.5, 27]);
        Assert.That(t, Is.EqualTo(-2.2 / Math.Sqrt(2.415)).Within(1e-12));
        Assert.That(error, Is.EqualTo(Math.Sqrt(2.415)).Within(1e-12));
    }

    [Test]
    public void Test_OfTheSameConstant_IsZero() => Assert.That(Welch.Test([7, 7, 7], [7, 7]).T, Is.Zero);

    [Test]
    public void Of_TimesOfOneKind_IsNoLeak([Range(1, 20)] int seed)
    {
        Random random = new(seed);
        var verdict = Verdict.Of(() => Draw(random, shift: 0, spread: 0));
        Assert.That(verdict.Reproduced, Is.Empty);
        Assert.That(verdict.Largest.T, Is.Not.Zero);
    }

    /// <summary>A seventh of a nanosecond where the noise has one and a half, and interruptions of thousands.</summary>
    [Test]
    public void Of_AShiftBelowTheNoise_IsALeakInTheMeans()
    {
        Random random = new(1);
        var verdict = Verdict.Of(() => Draw(random, shift: 0.15, spread: 0));
        Assert.That(verdict.Reproduced, Has.Some.Property(nameof(Statistic.Order)).EqualTo(1));
    }

    [Test]
    public void Of_AWiderSpread_IsALeakInTheVariances()
    {
        Random random = new(1);
        var verdict = Verdict.Of(() => Draw(random, shift: 0, spread: 0.5));
        Assert.That(verdict.Reproduced, Has.Some.Property(nameof(Statistic.Order)).EqualTo(2));
    }

    [TestCase(new[] { 3.0 }, 1, false)]
    [TestCase(new[] { 5.0, 1.0 }, 2, false)]
    [TestCase(new[] { 5.0, -5.0, 5.0 }, 3, false)]
    [TestCase(new[] { 5.0, 5.0, 4.4 }, 3, false)]
    [TestCase(new[] { 5.0, 4.6, 9.0 }, 3, true)]
    [TestCase(new[] { -5.0, -4.6, double.NegativeInfinity }, 3, true)]
    public void Of_SuspiciousMeasurements_IsALeakOnlyWhenAllAgree(double[] values, int measurements, bool leak)
    {
        Queue<double> left = new(values);
        var verdict = Verdict.Of(() => [new Statistic(1, 0.5, left.Dequeue(), 1), new Statistic(2, 0.5, 0, 1)]);
        Assert.That(verdict.Measurements, Has.Count.EqualTo(measurements));
        Assert.That(verdict.Reproduced, leak ? Is.Not.Empty : Is.Empty);
    }

    [Test]
    public void Of_DifferentTValues_IsNoLeak()
    {
        Queue<double> shares = new([1, 0.5, 0.25]);
        Assert.That(Verdict.Of(() => [new Statistic(1, shares.Dequeue(), 9, 1)]).Reproduced, Is.Empty);
    }

    private static List<Statistic> Draw(Random random, double shift, double spread)
    {
        double[] times = new double[Samples];
        bool[] second = new bool[Samples];
        for (int i = 0; i < Samples; i++)
        {
            second[i] = random.Next(2) != 0;
            double noise = random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5;
            double interruption = random.Next(50) == 0 ? random.Next(10_000) : 0;
            times[i] = 1000 + interruption + (second[i] ? shift + ((1 + spread) * noise) : noise);
        }

        return [.. Measurement.Test(times, second)];
    }
}
