namespace HwBridge.Core.Faults;

/// <summary>The one exception that leaves this program's parts: a tag, a cause and a next step. Never holds a secret.</summary>
/// <param name="fault">Which of the closed set.</param>
/// <param name="cause">What happened, where. One sentence without a full stop, lower case at the start unless a name.</param>
/// <param name="remedy">What to do next, as an imperative sentence.</param>
/// <param name="inner">The system's own exception, where there is one.</param>
public sealed class FaultException(Fault fault, string cause, string remedy, Exception? inner = null) : Exception(cause, inner)
{
    /// <summary>Which of the closed set.</summary>
    public Fault Fault { get; } = fault;

    /// <summary>What to do next.</summary>
    public string Remedy { get; } = remedy;

    /// <summary>The same fault with <paramref name="where"/> put before its cause.</summary>
    public FaultException Within(string where) => new(Fault, $"{where}: {Message}", Remedy, this);
}
