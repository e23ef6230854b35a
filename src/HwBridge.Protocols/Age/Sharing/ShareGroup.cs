namespace HwBridge.Protocols.Age.Sharing;

/// <summary>Shares of which a number together give what was shared.</summary>
/// <param name="Threshold">That number; 1 when each is a copy of it.</param>
/// <param name="Shares">The shares in the header's order, their x distinct.</param>
public sealed record ShareGroup(int Threshold, IReadOnlyList<WrappedShare> Shares)
{
    /// <summary>The shares that one holder opens, those of groups within too.</summary>
    public IEnumerable<WrappedShare> HeldShares =>
        Shares.SelectMany(static share => share.Group is { } group ? group.HeldShares : [share]);
}
