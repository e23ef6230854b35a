namespace HwBridge.Timing;

/// <summary>One t-value of a measurement.</summary>
/// <param name="Order">1: the means of both classes are compared; 2: their variances.</param>
/// <param name="Kept">The share of the fastest times that counted.</param>
/// <param name="T">Welch's t.</param>
/// <param name="StandardError">Of the difference that t is about: nanoseconds, squared for order 2.</param>
internal readonly record struct Statistic(int Order, double Kept, double T, double StandardError);
