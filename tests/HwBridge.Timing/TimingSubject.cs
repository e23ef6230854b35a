namespace HwBridge.Timing;

/// <summary>One computation with a secret, to be timed on inputs of two classes.</summary>
/// <param name="Name">What is computed.</param>
/// <param name="Classes">What the classes are.</param>
/// <param name="Input">Where the computation finds its input: the same bytes in memory for both classes.</param>
/// <param name="Draw">Writes an input of the first (false) or second (true) class into a span of the input's size.</param>
/// <param name="Run">What is timed.</param>
/// <param name="Leak">The smallest mistake of its kind, to be planted after the computation: one branch that depends on the input.</param>
internal sealed record TimingSubject(
    string Name,
    string Classes,
    byte[] Input,
    Draw Draw,
    Action Run,
    Action Leak)
{
    /// <summary>How many times are taken.</summary>
    internal required int Samples { get; init; }

    /// <summary>How many calls one time spans: more than one where a call is too short for the clock.</summary>
    internal int Calls { get; init; } = 1;

    /// <summary>What is made of the input before the clock starts.</summary>
    internal Action Load { get; init; } = static () => { };

    /// <summary>As NUnit names the test.</summary>
    public override string ToString() => $"{Name}: {Classes}";
}
