namespace HwBridge.Backups.Checks;

/// <summary>Validator indices from <paramref name="First"/> to <paramref name="Last"/>, both included.</summary>
public readonly record struct IndexRange(uint First, uint Last)
{
    /// <summary>How many indices.</summary>
    public long Count => (long)Last - First + 1;
}
