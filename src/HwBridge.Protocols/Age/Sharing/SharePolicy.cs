using HwBridge.Core.Faults;
using HwBridge.Core.Shamir;

namespace HwBridge.Protocols.Age.Sharing;

/// <summary>Who gets a share of a file key, and how many of them open the file together.</summary>
/// <param name="Threshold">K: 1 gives each the whole key.</param>
/// <param name="Recipients">The N.</param>
public sealed record SharePolicy(int Threshold, IReadOnlyList<ShareRecipient> Recipients)
{
    /// <summary>How deep policies stand in each other: a group within the outermost, and no further.</summary>
    public const int MaxDepth = 2;

    /// <summary>Everybody who holds a share, those in groups too.</summary>
    public IEnumerable<ShareRecipient> Holders =>
        Recipients.SelectMany(static recipient => recipient.Group is { } group ? group.Holders : [recipient]);

    /// <summary>Refuses what can't be shared.</summary>
    /// <exception cref="FaultException"><see cref="Fault.Usage"/>.</exception>
    public void RequireValid()
    {
        RequireValid(1);
        if (Holders.Count() > SharingStanza.MaxShares)
        {
            throw new FaultException(Fault.Usage, $"there are more than {SharingStanza.MaxShares} shares", "Give fewer recipients.");
        }
    }

    private void RequireValid(int depth)
    {
        if (depth > MaxDepth)
        {
            throw new FaultException(Fault.Usage, "a group of recipients stands within another group", "Nest groups one level deep.");
        }

        if (Recipients.Count is 0 or > SecretSharing.MaxShares)
        {
            throw new FaultException(
                Fault.Usage, $"a key is shared by 1 to {SecretSharing.MaxShares} recipients, not {Recipients.Count}", "Name who gets a share.");
        }

        if (Threshold < 1 || Threshold > Recipients.Count)
        {
            throw new FaultException(
                Fault.Usage,
                $"{Threshold} of {Recipients.Count} recipients can't open anything together",
                $"Give a threshold of 1 to {Recipients.Count}.");
        }

        foreach (SharePolicy group in Recipients.Select(static recipient => recipient.Group).OfType<SharePolicy>())
        {
            group.RequireValid(depth + 1);
        }
    }
}
