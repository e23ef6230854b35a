namespace HwBridge.Bench.Running;

/// <summary>How much is measured.</summary>
/// <param name="Quick">Only enough to see that everything runs; the numbers mean little.</param>
internal readonly record struct Effort(bool Quick)
{
    internal int Of(int usual, int quick) => Quick ? quick : usual;
}
