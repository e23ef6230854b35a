using System.Buffers;
using FsCheck;
using FsCheck.Fluent;
using HwBridge.Core.Eip3076;
using HwBridge.Core.Ssz;

namespace HwBridge.Core.Tests.Eip3076;

/// <summary>What holds of every history: mergers lose nothing, and no file allows what the history behind it does not.</summary>
public sealed class SlashingHistoryPropertyTests
{
    private const int Runs = 2000;

    private static readonly SignedBlock[] EveryBlock =
    [
        .. from slot in Enumerable.Range(0, RandomHistories.MaxSlot + 2)
           from root in RandomHistories.Roots
           select new SignedBlock((ulong)slot, root),
    ];

    private static readonly SignedAttestation[] EveryAttestation =
    [
        .. from source in Enumerable.Range(0, RandomHistories.MaxEpoch + 2)
           from target in Enumerable.Range(0, RandomHistories.MaxEpoch + 2)
           from root in RandomHistories.Roots
           select new SignedAttestation((ulong)source, (ulong)target, root),
    ];

    [FsCheck.NUnit.Property(MaxTest = Runs)]
    public Property Merge_InAnyOrderAndGrouping_IsTheSame() => Prop.ForAll(
        RandomHistories.History.ToArbitrary(),
        RandomHistories.History.ToArbitrary(),
        RandomHistories.History.ToArbitrary(),
        static (a, b, c) =>
        {
            AssertSame(a.Merge(b), b.Merge(a));
            AssertSame(a.Merge(b).Merge(c), a.Merge(b.Merge(c)));
            AssertSame(a.Merge(a), a);
            AssertSame(a.Merge(b).Merge(b), a.Merge(b));
        });

    [FsCheck.NUnit.Property(MaxTest = Runs)]
    public Property Merge_OfTwo_RefusesWhatEitherRefusesAndAllowsWhatBothAllow() => Prop.ForAll(Pairs(), static pair =>
    {
        (ValidatorHistory left, ValidatorHistory right) = pair;
        ValidatorHistory both = ValidatorHistory.Merge([left, right]);
        foreach (SignedBlock block in EveryBlock)
        {
            bool isRepeat = left.Blocks.Contains(block) || right.Blocks.Contains(block);
            Assert.That(isRepeat || both.Allows(block) == (left.Allows(block) && right.Allows(block)), $"{block}");
        }

        foreach (SignedAttestation vote in EveryAttestation)
        {
            bool isRepeat = left.Attestations.Contains(vote) || right.Attestations.Contains(vote);
            Assert.That(isRepeat || both.Allows(vote) == (left.Allows(vote) && right.Allows(vote)), $"{vote}");
        }
    });

    [FsCheck.NUnit.Property(MaxTest = Runs)]
    public Property Merge_OfTwo_WatermarksNeverFall() => Prop.ForAll(
        RandomHistories.History.ToArbitrary(),
        RandomHistories.History.ToArbitrary(),
        static (a, b) =>
        {
            SlashingHistory merged = a.Merge(b);
            SlashingHistory written = Reread(merged);
            foreach (ValidatorHistory before in a.Validators.Concat(b.Validators))
            {
                AssertNotBelow(merged.Validators.Single(after => after.PublicKey == before.PublicKey), before);
                AssertNotBelow(written.Validators.Single(after => after.PublicKey == before.PublicKey), before);
                AssertNotBelow(merged.Minify().Validators.Single(after => after.PublicKey == before.PublicKey), before);
            }
        });

    [FsCheck.NUnit.Property(MaxTest = Runs)]
    public Property WriteTo_MergedHistory_AllowsNothingThatItDoesNot() => Prop.ForAll(Pairs(), static pair =>
    {
        ValidatorHistory both = ValidatorHistory.Merge([pair.Left, pair.Right]);
        ValidatorHistory written = Reread(new SlashingHistory("h", default, [both])).Validators.Single();
        AssertAllowsLess(written, both);
        AssertAllowsLess(both.Minify(), both);
        AssertAllowsLess(both.Minify(), written);
    });

    [FsCheck.NUnit.Property(MaxTest = Runs)]
    public Property WriteTo_HistoryThatWasRead_IsReadAsTheSame() => Prop.ForAll(RandomHistories.History.ToArbitrary(), static history =>
    {
        // One entry a validator, as a file that nobody joined by hand has.
        SlashingHistory single = new("h.json", history.GenesisValidatorsRoot, history.Validators.Select(static validator =>
            new ValidatorHistory(validator.PublicKey, validator.Blocks, validator.Attestations)));
        AssertSame(Reread(single), single);
        Assert.That(Write(Reread(single)), Is.EqualTo(Write(single)));
    });

    [FsCheck.NUnit.Property(MaxTest = Runs)]
    public Property Merge_PartsOfAnHonestHistory_StayHonestAndInventNothing() => Prop.ForAll(
        RandomHistories.HonestParts.ToArbitrary(),
        static parts =>
        {
            SlashingHistory merged = parts
                .Select(static part => new SlashingHistory("h", default, [part]))
                .Aggregate(static (left, right) => left.Merge(right));
            SlashingHistory written = Reread(merged);
            Assert.That(merged.FindSlashable(), Is.Empty);
            Assert.That(written.FindSlashable(), Is.Empty);
            Assert.That(written.Validators.SelectMany(static one => one.Blocks), Is.SubsetOf(parts.SelectMany(static part => part.Blocks)));
            Assert.That(
                written.Validators.SelectMany(static one => one.Attestations),
                Is.SubsetOf(parts.SelectMany(static part => part.Attestations)));
        });

    [FsCheck.NUnit.Property(MaxTest = Runs)]
    public Property FindSlashable_AnyHistory_AgreesWithTheDefinition() => Prop.ForAll(
        RandomHistories.Validator.ToArbitrary(),
        static history =>
        {
            SlashableKind[] found = [.. history.FindSlashable().Select(static finding => finding.Kind).Distinct()];
            SignedAttestation[] votes = [.. history.Attestations];
            bool doubleVote = votes.Any(one => votes.Any(other => one.TargetEpoch == other.TargetEpoch
                && (one.SourceEpoch != other.SourceEpoch || Differ(one.SigningRoot, other.SigningRoot))));
            bool doubleProposal = history.Blocks.Any(one =>
                history.Blocks.Any(other => one.Slot == other.Slot && Differ(one.SigningRoot, other.SigningRoot)));
            Assert.That(found.Contains(SlashableKind.DoubleVote), Is.EqualTo(doubleVote));
            Assert.That(found.Contains(SlashableKind.DoubleProposal), Is.EqualTo(doubleProposal));
            Assert.That(found.Contains(SlashableKind.SurroundVote), Is.EqualTo(votes.Any(one => votes.Any(one.Surrounds))));
            Assert.That(
                found.Contains(SlashableKind.SourceAfterTarget),
                Is.EqualTo(votes.Any(static vote => vote.SourceEpoch > vote.TargetEpoch)));
        });

    private static bool Differ(Bytes32? one, Bytes32? other) => one is not null && other is not null && one != other;

    private static Arbitrary<(ValidatorHistory Left, ValidatorHistory Right)> Pairs() =>
        (from left in RandomHistories.Validator
         from right in RandomHistories.Validator
         select (left, new ValidatorHistory(left.PublicKey, right.Blocks, right.Attestations))).ToArbitrary();

    private static void AssertAllowsLess(ValidatorHistory less, ValidatorHistory more)
    {
        Assert.That(EveryBlock.Where(less.Allows), Is.SubsetOf(EveryBlock.Where(more.Allows)));
        Assert.That(EveryAttestation.Where(less.Allows), Is.SubsetOf(EveryAttestation.Where(more.Allows)));
    }

    private static void AssertNotBelow(ValidatorHistory after, ValidatorHistory before)
    {
        Assert.That(before.SlotWatermark is null || after.SlotWatermark >= before.SlotWatermark, "slot");
        Assert.That(before.SourceWatermark is null || after.SourceWatermark >= before.SourceWatermark, "source");
        Assert.That(before.TargetWatermark is null || after.TargetWatermark >= before.TargetWatermark, "target");
    }

    private static void AssertSame(SlashingHistory left, SlashingHistory right)
    {
        Assert.That(left.GenesisValidatorsRoot, Is.EqualTo(right.GenesisValidatorsRoot));
        Assert.That(left.Validators, Has.Count.EqualTo(right.Validators.Count));
        foreach ((ValidatorHistory one, ValidatorHistory other) in left.Validators.Zip(right.Validators))
        {
            Assert.That(one.PublicKey, Is.EqualTo(other.PublicKey));
            Assert.That(one.Blocks, Is.EqualTo(other.Blocks));
            Assert.That(one.Attestations, Is.EqualTo(other.Attestations));
            Assert.That(one.SlotWatermark, Is.EqualTo(other.SlotWatermark));
            Assert.That(one.SourceWatermark, Is.EqualTo(other.SourceWatermark));
            Assert.That(one.TargetWatermark, Is.EqualTo(other.TargetWatermark));
        }
    }

    private static SlashingHistory Reread(SlashingHistory history) => SlashingHistory.Parse(Write(history), "h.json");

    private static byte[] Write(SlashingHistory history)
    {
        ArrayBufferWriter<byte> output = new();
        history.WriteTo(output);
        return output.WrittenSpan.ToArray();
    }
}
