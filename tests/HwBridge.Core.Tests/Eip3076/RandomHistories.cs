using FsCheck;
using FsCheck.Fluent;
using HwBridge.Core.Bls;
using HwBridge.Core.Eip3076;
using HwBridge.Core.Ssz;

namespace HwBridge.Core.Tests.Eip3076;

/// <summary>Histories over so few slots, epochs and roots that everything that can happen does.</summary>
internal static class RandomHistories
{
    internal const int MaxSlot = 8;
    internal const int MaxEpoch = 7;

    internal static BlsPublicKey[] Keys { get; } = [.. Enumerable.Range(1, 3).Select(static number =>
    {
        byte[] secret = new byte[BlsSecretKey.Size];
        secret[^1] = (byte)number;
        Assert.That(BlsSecretKey.TryFromBytes(secret, out BlsSecretKey? key), Is.True);
        using (key)
        {
            return key!.GetPublicKey();
        }
    })];

    internal static Bytes32?[] Roots { get; } = [null, Root(1), Root(2)];

    internal static Gen<SignedBlock> Block { get; } =
        from slot in Gen.Choose(0, MaxSlot)
        from root in Gen.Elements(Roots)
        select new SignedBlock((ulong)slot, root);

    internal static Gen<SignedAttestation> Attestation { get; } =
        from source in Gen.Choose(0, MaxEpoch)
        from target in Gen.Choose(0, MaxEpoch)
        from root in Gen.Elements(Roots)
        select new SignedAttestation((ulong)source, (ulong)target, root);

    /// <summary>One validator's, with anything in it.</summary>
    internal static Gen<ValidatorHistory> Validator { get; } =
        from key in Gen.Elements(Keys)
        from blocks in Few(Block)
        from attestations in Few(Attestation)
        select new ValidatorHistory(key, blocks, attestations);

    /// <summary>A file, with anything in it.</summary>
    internal static Gen<SlashingHistory> History { get; } =
        from validators in Few(Validator)
        select new SlashingHistory("h.json", Root(9), validators);

    /// <summary>Parts of what one honest validator signed, each as some client exported it.</summary>
    internal static Gen<ValidatorHistory[]> HonestParts { get; } =
        from steps in Gen.Choose(0, 3).Select(static step => (ulong)step).ArrayOf(12)
        from parts in (from first in Gen.Choose(0, 11) from length in Gen.Choose(0, 12) select (first, length)).ArrayOf(3)
        select parts.Select(part => Honest(steps, part.first, part.length)).ToArray();

    internal static Bytes32 Root(byte number) => new([.. Enumerable.Repeat(number, Bytes32.Size)]);

    private static Gen<List<T>> Few<T>(Gen<T> one) =>
        Gen.Choose(0, 5).SelectMany(count => one.ListOf(count)).Select(static list => list.ToList());

    /// <summary>A target an epoch, a source that never falls, a block in every third slot.</summary>
    private static ValidatorHistory Honest(ulong[] steps, int first, int length)
    {
        List<SignedBlock> blocks = [];
        List<SignedAttestation> attestations = [];
        ulong source = 0;
        for (int i = 0; i < steps.Length; i++)
        {
            source = Math.Min(source + steps[i], (ulong)i);
            if (i >= first && i < first + length)
            {
                blocks.Add(new SignedBlock((ulong)(3 * i), Root((byte)(i + 1))));
                attestations.Add(new SignedAttestation(source, (ulong)i + 1, Root((byte)(i + 1))));
            }
        }

        return new ValidatorHistory(Keys[0], blocks, attestations);
    }
}
