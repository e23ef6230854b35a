using HwBridge.Core.ReedSolomon;

namespace HwBridge.Core.Tests.ReedSolomon;

public class ReedSolomonCodeTests
{
    /// <summary>
    /// Version 1-M symbols: ISO/IEC 18004:2015 annex I (the digits 01234567), and HELLO WORLD as the tutorials print it.
    /// </summary>
    [TestCase("10200C566180EC11EC11EC11EC11EC11", "A524D4C1ED36C7872C55")]
    [TestCase("205B0B78D172DC4D4340EC11EC11EC11", "C4232777EBD7E7E25D17")]
    public void Encode_WordsOfTheStandard_GivesTheirParity(string data, string parity)
    {
        byte[] actual = new byte[10];
        new ReedSolomonCode(10).Encode(Convert.FromHexString(data), 1, actual);
        Assert.That(Convert.ToHexString(actual), Is.EqualTo(parity));
    }

    [Test]
    public void Encode_ManyColumns_IsEachColumnAlone([Values(1, 3, 16, 33, 100)] int width, [Values(1, 7, 64)] int parity)
    {
        Random random = new(width * parity);
        const int rows = 40;
        byte[] data = new byte[rows * width];
        random.NextBytes(data);
        byte[] together = new byte[parity * width];
        ReedSolomonCode code = new(parity);
        code.Encode(data, width, together);
        for (int column = 0; column < width; column++)
        {
            byte[] alone = new byte[parity];
            code.Encode([.. Enumerable.Range(0, rows).Select(row => data[(row * width) + column])], 1, alone);
            Assert.That(Enumerable.Range(0, parity).Select(row => together[(row * width) + column]), Is.EqualTo(alone));
        }
    }

    [Test]
    public void TryDecode_AsMuchDamageAsTheCodeRestores_IsRestored()
    {
        Random random = new(1);
        int cases = 0;
        foreach (int parity in (int[])[1, 2, 5, 10, 24, 63, 128, 254])
        {
            for (int round = 0; round < 300; round++)
            {
                int length = random.Next(parity + 1, ReedSolomonCode.MaxLength + 1);
                byte[] word = Word(random, length, parity);
                int missing = random.Next(parity + 1);
                int errors = random.Next(((parity - missing) / 2) + 1);
                int[] places = Places(random, length, Math.Min(length, missing + errors));
                byte[] damaged = Damaged(random, word, places, missing);
                Assert.That(new ReedSolomonCode(parity).TryDecode(damaged, places.AsSpan(0, Math.Min(missing, places.Length))), Is.True);
                Assert.That(damaged, Is.EqualTo(word), $"{parity} of {length}: {missing} missing, {errors} wrong");
                cases++;
            }
        }

        TestContext.Out.WriteLine($"{cases} words restored");
    }

    [Test]
    public void TryDecode_OneErrorMoreThanTheCodeRestores_IsNeverTheWordAndMostlyRefused()
    {
        Random random = new(2);
        int refused = 0;
        const int rounds = 2000;
        for (int round = 0; round < rounds; round++)
        {
            const int parity = 10;
            int length = random.Next(parity + 20, ReedSolomonCode.MaxLength + 1);
            byte[] word = Word(random, length, parity);
            byte[] damaged = Damaged(random, word, Places(random, length, (parity / 2) + 1), 0);
            byte[] before = [.. damaged];
            if (new ReedSolomonCode(parity).TryDecode(damaged, []))
            {
                Assert.That(damaged, Is.Not.EqualTo(word), "the code can't know");
            }
            else
            {
                Assert.That(damaged, Is.EqualTo(before), "what is refused is left as it was");
                refused++;
            }
        }

        // A random word is within reach of some other valid one once in (parity ÷ 2)! times at most.
        Assert.That(refused, Is.GreaterThan(rounds * 95 / 100));
    }

    [Test]
    public void TryDecode_MoreMissingThanParity_IsRefused()
    {
        byte[] word = Word(new Random(3), 50, 4);
        word[0] ^= 1;
        Assert.That(new ReedSolomonCode(4).TryDecode(word, [0, 1, 2, 3, 4]), Is.False);
    }

    [FsCheck.NUnit.Property(MaxTest = 2000)]
    public bool TryDecode_AnyBytes_EndsInAValidWordOrUnchanged(byte[] bytes, byte parity)
    {
        byte[] word = bytes.Length > ReedSolomonCode.MaxLength ? bytes[..ReedSolomonCode.MaxLength] : [.. bytes];
        byte[] before = [.. word];
        ReedSolomonCode code = new(Math.Clamp((int)parity, 1, 254));
        return code.TryDecode(word, []) ? code.TryDecode(word, []) : word.AsSpan().SequenceEqual(before);
    }

    private static byte[] Word(Random random, int length, int parity)
    {
        byte[] word = new byte[length];
        random.NextBytes(word.AsSpan(0, length - parity));
        new ReedSolomonCode(parity).Encode(word.AsSpan(0, length - parity), 1, word.AsSpan(length - parity));
        return word;
    }

    private static int[] Places(Random random, int length, int count)
    {
        int[] places = [.. Enumerable.Range(0, length)];
        random.Shuffle(places);
        return places[..count];
    }

    /// <summary>Any bytes, the old ones too, in the places that are missing, and other bytes in the rest.</summary>
    private static byte[] Damaged(Random random, byte[] word, int[] places, int missing)
    {
        byte[] damaged = [.. word];
        for (int i = 0; i < places.Length; i++)
        {
            damaged[places[i]] ^= (byte)random.Next(i < missing ? 0 : 1, 256);
        }

        return damaged;
    }
}
