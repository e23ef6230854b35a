using System.Numerics;
using HwBridge.Core.Bls;
using HwBridge.Core.Secrets;

namespace HwBridge.Core.Tests.Bls;

internal sealed class BlsSecretKeyTests
{
    [Test]
    public void TryFromBytes_AtTheEdgesOfTheRange_TakesOneToRMinusOne()
    {
        BigInteger top = (BigInteger.One << 256) - 1;
        foreach (BigInteger good in new[] { 1, 2, ReferenceCurve.R - 1, ReferenceCurve.R >> 1, BigInteger.One << 254 })
        {
            Assert.That(BlsSecretKey.TryFromBytes(ReferenceCurve.ToBytes(good, 32), out BlsSecretKey? key), Is.True);
            key!.Dispose();
        }

        foreach (BigInteger bad in new[] { 0, ReferenceCurve.R, ReferenceCurve.R + 1, 2 * ReferenceCurve.R, BigInteger.One << 255, top })
        {
            Assert.That(BlsSecretKey.TryFromBytes(ReferenceCurve.ToBytes(bad, 32), out _), Is.False);
        }

        Assert.That(BlsSecretKey.TryFromBytes(new byte[31], out _), Is.False);
        Assert.That(BlsSecretKey.TryFromBytes(new byte[33], out _), Is.False);
    }

    [FsCheck.NUnit.Property(MaxTest = 1000)]
    public void TryFromBytes_AroundAnyWordOfR_ComparesAsNumbersDo(int seed)
    {
        Random random = new(seed);
        BigInteger value = ReferenceCurve.R + ((BigInteger)random.Next(-2, 3) << random.Next(0, 255));
        bool taken = BlsSecretKey.TryFromBytes(ReferenceCurve.ToBytes(value, 32), out BlsSecretKey? key);
        key?.Dispose();
        Assert.That(taken, Is.EqualTo(value < ReferenceCurve.R));
    }

    [Test]
    public void GetPublicKey_OfScalarsAtTheEdges_IsTheMultiple()
    {
        List<BigInteger> scalars = [ReferenceCurve.R - 1, ReferenceCurve.R - 2, (ReferenceCurve.R - 1) / 2, (ReferenceCurve.R + 1) / 2];
        scalars.AddRange(Enumerable.Range(1, 34).Select(i => (BigInteger)i));
        foreach (int bit in new[] { 4, 5, 9, 10, 14, 15, 31, 32, 63, 64, 127, 249, 250, 253, 254 })
        {
            scalars.AddRange([(BigInteger.One << bit) - 1, BigInteger.One << bit, (BigInteger.One << bit) + 1]);
        }

        // Every window 16, the digit that is taken positive, 17, the one that turns negative, and 31, the one that carries on.
        foreach (int digit in new[] { 15, 16, 17, 31 })
        {
            scalars.Add(Enumerable.Range(0, 50).Aggregate(BigInteger.Zero, (sum, i) => sum + ((BigInteger)digit << (5 * i))));
        }

        foreach (BigInteger scalar in scalars)
        {
            byte[] expected = ReferenceCurve.Encode(ReferenceCurve.Multiply(scalar, ReferenceCurve.G));
            Assert.That(PublicKey(scalar), Is.EqualTo(expected), $"{scalar}");
        }
    }

    [FsCheck.NUnit.Property(MaxTest = 50)]
    public void GetPublicKey_OfAnyScalar_IsTheMultiple(int seed)
    {
        byte[] bytes = new byte[32];
        new Random(seed).NextBytes(bytes);
        BigInteger scalar = (ReferenceCurve.FromBytes(bytes) % (ReferenceCurve.R - 1)) + 1;
        Assert.That(PublicKey(scalar), Is.EqualTo(ReferenceCurve.Encode(ReferenceCurve.Multiply(scalar, ReferenceCurve.G))));
    }

    /// <summary>(a + b) G = a G + b G and (r − a) G = −a G, without the reference.</summary>
    [FsCheck.NUnit.Property(MaxTest = 300)]
    public void GetPublicKey_OfTheComplement_HasTheOtherSign(int seed)
    {
        byte[] bytes = new byte[32];
        new Random(seed).NextBytes(bytes);
        BigInteger scalar = (ReferenceCurve.FromBytes(bytes) % (ReferenceCurve.R - 1)) + 1;
        byte[] negative = PublicKey(ReferenceCurve.R - scalar);
        negative[0] ^= 0x20;
        Assert.That(negative, Is.EqualTo(PublicKey(scalar)));
    }

    [FsCheck.NUnit.Property(MaxTest = 1000)]
    public void ReduceScalar_OfAnyNumber_IsItsRest(int seed)
    {
        Random random = new(seed);
        byte[] wide = new byte[48];
        random.NextBytes(wide);
        BigInteger value = random.Next(4) switch
        {
            0 => (BigInteger.One << 384) - 1 - random.Next(3),
            1 => ReferenceCurve.R * (ReferenceCurve.FromBytes(wide) >> 256) + random.Next(-1, 2),
            2 => ReferenceCurve.FromBytes(wide) >> random.Next(384),
            _ => ReferenceCurve.FromBytes(wide),
        };
        value = BigInteger.Max(value, 0);
        byte[] scalar = new byte[32];
        Bls12381.Default.ReduceScalar(ReferenceCurve.ToBytes(value, 48), scalar);
        Assert.That(ReferenceCurve.FromBytes(scalar), Is.EqualTo(value % ReferenceCurve.R));
    }

    [Test]
    public void ToString_OfAKey_TellsNothing()
    {
        int before = SecretBuffer.LiveCount;
        Assert.That(BlsSecretKey.TryFromBytes(ReferenceCurve.ToBytes(7, 32), out BlsSecretKey? key), Is.True);
        Assert.That(key!.ToString(), Is.EqualTo("‹secret›"));
        key.Dispose();
        Assert.That(SecretBuffer.LiveCount, Is.EqualTo(before));
        Assert.That(() => key.Bytes.Length, Throws.TypeOf<ObjectDisposedException>());
    }

    private static byte[] PublicKey(BigInteger scalar)
    {
        Assert.That(BlsSecretKey.TryFromBytes(ReferenceCurve.ToBytes(scalar, 32), out BlsSecretKey? key), Is.True);
        using (key)
        {
            byte[] bytes = new byte[BlsPublicKey.Size];
            key!.GetPublicKey().CopyTo(bytes);
            return bytes;
        }
    }
}
