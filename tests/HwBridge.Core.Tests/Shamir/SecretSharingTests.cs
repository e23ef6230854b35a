using FsCheck;
using FsCheck.Fluent;
using HwBridge.Core.Secrets;
using HwBridge.Core.Shamir;

namespace HwBridge.Core.Tests.Shamir;

public class SecretSharingTests
{
    /// <summary>Any K of N join, in any order; any K and more too.</summary>
    [FsCheck.NUnit.Property(MaxTest = 500)]
    public Property Join_AnyThresholdOfTheShares_GivesTheSecret()
    {
        Gen<(byte[] Secret, int Threshold, int Count, int Used, int Seed)> cases =
            from count in Gen.Frequency((9, Gen.Choose(2, 12)), (1, Gen.Choose(200, 255)))
            from threshold in Gen.Choose(2, count)
            from used in Gen.Choose(threshold, count)
            from length in Gen.Choose(1, 40)
            from secret in Gen.Choose(0, 255).Select(value => (byte)value).ArrayOf(length)
            from seed in Gen.Choose(0, int.MaxValue)
            select (secret, threshold, count, used, seed);
        return Prop.ForAll(cases.ToArbitrary(), one =>
        {
            using SecretBuffer secret = SecretBuffer.CopyOf(one.Secret);
            IReadOnlyList<SecretShare> shares = SecretSharing.Split(secret, one.Threshold, one.Count);
            SecretShare[] some = [.. shares];
            new Random(one.Seed).Shuffle(some);
            using SecretBuffer joined = SecretSharing.Join(some[..one.Used]);
            bool same = joined.Span.SequenceEqual(one.Secret);
            bool points = shares.All(share => share.X != 0) && shares.DistinctBy(share => share.X).Count() == one.Count;
            Dispose(shares);
            return same && points;
        });
    }

    [Test]
    public void Join_EveryThresholdSizedSubset_GivesTheSecret()
    {
        int subsets = 0;
        for (int count = 2; count <= 7; count++)
        {
            for (int threshold = 2; threshold <= count; threshold++)
            {
                using SecretBuffer secret = SecretBuffer.Random(16);
                IReadOnlyList<SecretShare> shares = SecretSharing.Split(secret, threshold, count);
                for (int chosen = 0; chosen < 1 << count; chosen++)
                {
                    if (int.PopCount(chosen) != threshold)
                    {
                        continue;
                    }

                    using SecretBuffer joined = SecretSharing.Join([.. shares.Where((_, i) => (chosen >> i & 1) == 1)]);
                    Assert.That(joined.ConstantTimeEquals(secret.Span), $"{threshold} of {count}: {chosen:b}");
                    subsets++;
                }

                Dispose(shares);
            }
        }

        TestContext.Out.WriteLine($"{subsets} subsets joined");
    }

    /// <summary>
    /// K − 1 shares tell nothing: whatever they are, each of the 256 secrets fits exactly one choice of coefficients, and all choices are
    /// equally likely.
    /// </summary>
    [TestCase(2, new[] { 1 })]
    [TestCase(2, new[] { 2 })]
    [TestCase(2, new[] { 255 })]
    [TestCase(3, new[] { 1, 2 })]
    [TestCase(3, new[] { 3, 200 })]
    [TestCase(3, new[] { 254, 255 })]
    public void Split_OneShareTooFew_FitsEverySecretExactlyOnce(int threshold, int[] points)
    {
        int choices = 1 << (8 * (threshold - 1));
        byte[] coefficients = new byte[threshold - 1];
        byte[] y = new byte[1];
        for (int secret = 0; secret < 256; secret++)
        {
            // For one secret, the coefficients and what K − 1 holders see of them are one to one: so each view fits one choice, whatever the secret.
            bool[] seen = new bool[choices];
            for (int choice = 0; choice < choices; choice++)
            {
                int view = 0;
                coefficients[0] = (byte)choice;
                coefficients[^1] = (byte)(threshold == 2 ? choice : choice >> 8);
                foreach (int x in points)
                {
                    SecretSharing.Evaluate([(byte)secret], coefficients, (byte)x, y);
                    view = (view << 8) | y[0];
                }

                if (seen[view])
                {
                    Assert.Fail($"secret {secret}: two choices of coefficients give the shares {view:x}");
                }

                seen[view] = true;
            }
        }

        TestContext.Out.WriteLine($"{256 * choices} polynomials: each of {choices} views fits each of 256 secrets once");
    }

    /// <summary>The coefficients that are really drawn: a single share of a known secret is uniform, the value of the secret itself included.</summary>
    [TestCase(0x00)]
    [TestCase(0xa5)]
    public void Split_OfTwo_EveryShareIsUniform(byte value)
    {
        const int draws = 1 << 16;
        int[,] counts = new int[3, 256];
        using SecretBuffer secret = SecretBuffer.Allocate(draws);
        secret.Span.Fill(value);
        IReadOnlyList<SecretShare> shares = SecretSharing.Split(secret, 2, 3);
        for (int i = 0; i < 3; i++)
        {
            foreach (byte y in shares[i].Y.Span)
            {
                counts[i, y]++;
            }
        }

        Dispose(shares);
        for (int i = 0; i < 3; i++)
        {
            double squares = Enumerable.Range(0, 256).Sum(y => Math.Pow(counts[i, y] - (draws / 256.0), 2) / (draws / 256.0));
            TestContext.Out.WriteLine($"share {i + 1}: chi-squared {squares:0} for 255 degrees of freedom");

            // Chance exceeds 400 once in 10⁸ draws of such tables; a highest coefficient that is never 0 gives about 511 at least.
            Assert.That(squares, Is.LessThan(400));
        }
    }

    [Test]
    public void Join_TooFewOrImpossibleShares_IsNotTheSecretOrRefused()
    {
        using SecretBuffer secret = SecretBuffer.Random(16);
        IReadOnlyList<SecretShare> shares = SecretSharing.Split(secret, 3, 5);
        using (SecretBuffer joined = SecretSharing.Join([shares[0], shares[1]]))
        {
            Assert.That(joined.ConstantTimeEquals(secret.Span), Is.False);
        }

        using SecretShare zero = new(0, SecretBuffer.Allocate(16));
        using SecretShare shorter = new(9, SecretBuffer.Allocate(15));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(() => SecretSharing.Join([]), Throws.InstanceOf<ArgumentException>());
            Assert.That(() => SecretSharing.Join([shares[0], shares[1], shares[0]]), Throws.ArgumentException);
            Assert.That(() => SecretSharing.Join([shares[0], shares[1], zero]), Throws.ArgumentException);
            Assert.That(() => SecretSharing.Join([shares[0], shares[1], shorter]), Throws.ArgumentException);
            Assert.That(() => SecretSharing.Split(secret, 1, 5), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => SecretSharing.Split(secret, 6, 5), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => SecretSharing.Split(secret, 2, 256), Throws.InstanceOf<ArgumentOutOfRangeException>());
        }

        Dispose(shares);
    }

    private static void Dispose(IReadOnlyList<SecretShare> shares)
    {
        foreach (SecretShare share in shares)
        {
            share.Dispose();
        }
    }
}
