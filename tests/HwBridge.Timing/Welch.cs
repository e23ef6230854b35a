namespace HwBridge.Timing;

/// <summary>Welch's t-test: whether two samples have the same mean, without assuming that they have the same variance.</summary>
internal static class Welch
{
    /// <summary>The difference of the means over its standard error √(variance / n + variance / n); 0 for equal means.</summary>
    internal static (double T, double StandardError) Test(ReadOnlySpan<double> left, ReadOnlySpan<double> right)
    {
        (double leftMean, double leftVariance) = Moments(left);
        (double rightMean, double rightVariance) = Moments(right);
        double standardError = Math.Sqrt((leftVariance / left.Length) + (rightVariance / right.Length));
        return (leftMean == rightMean ? 0 : (leftMean - rightMean) / standardError, standardError);
    }

    /// <summary>The mean, and the variance with n − 1.</summary>
    internal static (double Mean, double Variance) Moments(ReadOnlySpan<double> values)
    {
        double mean = 0;
        double squares = 0;
        for (int i = 0; i < values.Length; i++)
        {
            double delta = values[i] - mean;
            mean += delta / (i + 1);
            squares += delta * (values[i] - mean);
        }

        return (mean, squares / (values.Length - 1));
    }
}
