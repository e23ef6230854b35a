using System.Collections.Immutable;
using System.Globalization;
using HwBridge.Core.Bls;

namespace HwBridge.Core.Eip3076;

/// <summary>
/// What one validator has signed, and the low watermarks below which it must sign nothing, whether anything is known to be signed there
/// or not (EIP-3076 § Conditions 2, 4 and 5). A file's watermarks are the least values in it; a merger keeps the highest of all files.
/// </summary>
public sealed class ValidatorHistory
{
    /// <summary>A history whose watermarks are the least values in it.</summary>
    /// <param name="publicKey">The validator.</param>
    /// <param name="blocks">In any order.</param>
    /// <param name="attestations">In any order.</param>
    public ValidatorHistory(BlsPublicKey publicKey, IEnumerable<SignedBlock> blocks, IEnumerable<SignedAttestation> attestations)
    {
        PublicKey = publicKey;
        Blocks = [.. blocks.Distinct().Order()];
        Attestations = [.. attestations.Distinct().Order()];
        SlotWatermark = Blocks.IsEmpty ? null : Blocks[0].Slot;
        SourceWatermark = Attestations.IsEmpty ? null : Attestations[0].SourceEpoch;
        TargetWatermark = Attestations.IsEmpty ? null : Attestations.Min(static attestation => attestation.TargetEpoch);
    }

    /// <summary>The validator.</summary>
    public BlsPublicKey PublicKey { get; }

    /// <summary>The blocks, by slot, none twice.</summary>
    public ImmutableArray<SignedBlock> Blocks { get; }

    /// <summary>The attestations, by source and target, none twice.</summary>
    public ImmutableArray<SignedAttestation> Attestations { get; }

    /// <summary>No block of this slot or an earlier one may be signed; null where no block is known.</summary>
    public ulong? SlotWatermark { get; private init; }

    /// <summary>No attestation from an earlier source may be signed; null where no attestation is known.</summary>
    public ulong? SourceWatermark { get; private init; }

    /// <summary>No attestation to this target or an earlier one may be signed; null where no attestation is known.</summary>
    public ulong? TargetWatermark { get; private init; }

    /// <summary>True when signing the block is safe (EIP-3076 § Conditions 1 and 2), as repeating one of the same root is.</summary>
    public bool Allows(SignedBlock block)
    {
        SignedBlock[] same = [.. Blocks.Where(known => known.Slot == block.Slot)];
        return same.Length > 0 ? IsRepeat(block.SigningRoot is not null, same, block) : !(block.Slot <= SlotWatermark);
    }

    /// <summary>True when signing the attestation is safe (EIP-3076 § Conditions 3 to 5), as repeating one of the same root is.</summary>
    public bool Allows(SignedAttestation attestation)
    {
        SignedAttestation[] same = [.. Attestations.Where(known => known.TargetEpoch == attestation.TargetEpoch)];
        return same.Length > 0
            ? IsRepeat(attestation.SigningRoot is not null, same, attestation)
            : attestation.SourceEpoch <= attestation.TargetEpoch
                && !(attestation.SourceEpoch < SourceWatermark)
                && !(attestation.TargetEpoch <= TargetWatermark)
                && !Attestations.Any(known => known.Surrounds(attestation) || attestation.Surrounds(known));
    }

    /// <summary>Everything of all, under the highest watermarks: allows what all of them allow, and repeated signatures.</summary>
    /// <param name="histories">At least one, of the same validator.</param>
    internal static ValidatorHistory Merge(IReadOnlyList<ValidatorHistory> histories) => new(
        histories[0].PublicKey,
        histories.SelectMany(static history => history.Blocks),
        histories.SelectMany(static history => history.Attestations))
    {
        SlotWatermark = histories.Max(static history => history.SlotWatermark),
        SourceWatermark = histories.Max(static history => history.SourceWatermark),
        TargetWatermark = histories.Max(static history => history.TargetWatermark),
    };

    /// <summary>One block and one attestation that stand for all: the highest slot, source and target.</summary>
    /// <remarks>EIP-3076 § Advice for Minimal Databases. Without signing roots: what was the last one is not signed again either.</remarks>
    internal ValidatorHistory Minify()
    {
        SignedBlock[] block = Blocks.IsEmpty ? [] : [new SignedBlock(Blocks[^1].Slot, null)];
        SignedAttestation[] attestation = Attestations.IsEmpty
            ? []
            : [new SignedAttestation(Attestations[^1].SourceEpoch, Attestations.Max(static known => known.TargetEpoch), null)];
        return new ValidatorHistory(PublicKey, block, attestation);
    }

    /// <summary>
    /// A history that allows nothing which this one does not, and whose watermarks are the least values in it, since a file can't say them
    /// otherwise. A history that was read stays as it is, and so does all of an honest one that is not below a watermark.
    /// </summary>
    internal ValidatorHistory ToWritable()
    {
        ValidatorHistory pruned = new(PublicKey, Blocks.Where(block => block.Slot >= SlotWatermark), Attestations);
        if (pruned.SourceWatermark == SourceWatermark && pruned.TargetWatermark == TargetWatermark)
        {
            return pruned;
        }

        // A vote from before the source watermark can only be left out when the target watermark covers all that it forbids.
        ulong source = SourceWatermark!.Value;
        ulong target = Attestations.Where(vote => vote.SourceEpoch < source).Max(vote => (ulong?)vote.TargetEpoch) ?? 0;
        target = Math.Max(target, TargetWatermark!.Value);
        SignedAttestation watermark = new(source, target, null);
        bool IsBelow(SignedAttestation vote) => vote.SourceEpoch <= source && vote.TargetEpoch <= target && !IsWatermark(vote);
        bool IsWatermark(SignedAttestation vote) => vote with { SigningRoot = null } == watermark;

        // Nothing that is left comes from an earlier source. A target that is too early is raised, which together with the watermark
        // forbids the same. A vote that was one of several to its target loses its root: none may be repeated, now that others are gone.
        bool isAlone = Attestations.Count(vote => vote.TargetEpoch == target) == 1;
        bool IsKept(SignedAttestation vote) => vote.TargetEpoch > target || (vote.TargetEpoch == target && isAlone);
        IEnumerable<SignedAttestation> votes = Attestations
            .Where(vote => !IsBelow(vote))
            .Select(vote => IsKept(vote) ? vote : new SignedAttestation(vote.SourceEpoch, target, null));
        ValidatorHistory written = new(PublicKey, pruned.Blocks, votes);
        return written.SourceWatermark == source && written.TargetWatermark == target
            ? written
            : new ValidatorHistory(PublicKey, pruned.Blocks, written.Attestations.Append(watermark));
    }

    /// <summary>What is slashable, or senseless, in this history by itself: for each signature at most one finding of each kind.</summary>
    internal IEnumerable<SlashableFinding> FindSlashable()
    {
        foreach (IGrouping<ulong, SignedBlock> slot in Blocks.Where(block => block.SigningRoot is not null).GroupBy(block => block.Slot))
        {
            if (slot.Count() > 1)
            {
                yield return Finding(SlashableKind.DoubleProposal, $"{slot.Count()} different blocks of slot {slot.Key}");
            }
        }

        foreach (IGrouping<ulong, SignedAttestation> target in Attestations.GroupBy(vote => vote.TargetEpoch))
        {
            // The same vote with and without its root is one vote.
            int different = target.Select(vote => vote.SourceEpoch).Distinct().Count();
            different = Math.Max(different, target.Count(vote => vote.SigningRoot is not null));
            if (different > 1)
            {
                yield return Finding(SlashableKind.DoubleVote, $"{different} different attestations to epoch {target.Key}");
            }
        }

        // By source: of the votes from earlier sources, the one that reaches farthest is around this one if any is.
        SignedAttestation? farthest = null;
        SignedAttestation? farthestOfSource = null;
        foreach (SignedAttestation vote in Attestations)
        {
            if (vote.SourceEpoch > vote.TargetEpoch)
            {
                yield return Finding(
                    SlashableKind.SourceAfterTarget, $"an attestation from epoch {vote.SourceEpoch} to the earlier {vote.TargetEpoch}");
            }

            if (farthestOfSource is { } last && last.SourceEpoch < vote.SourceEpoch)
            {
                farthest = farthest?.TargetEpoch > last.TargetEpoch ? farthest : last;
                farthestOfSource = null;
            }

            farthestOfSource = farthestOfSource?.TargetEpoch > vote.TargetEpoch ? farthestOfSource : vote;
            if (farthest is { } around && around.Surrounds(vote))
            {
                FormattableString inner = $"one from {vote.SourceEpoch} to {vote.TargetEpoch}";
                yield return Finding(
                    SlashableKind.SurroundVote, $"an attestation from epoch {around.SourceEpoch} to {around.TargetEpoch} around {inner}");
            }
        }
    }

    private static bool IsRepeat<T>(bool hasRoot, T[] known, T again)
        where T : IEquatable<T> => hasRoot && Array.TrueForAll(known, one => one.Equals(again));

    private SlashableFinding Finding(SlashableKind kind, FormattableString what) =>
        new(PublicKey, kind, what.ToString(CultureInfo.InvariantCulture));
}
