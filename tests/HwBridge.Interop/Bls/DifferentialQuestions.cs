using System.Globalization;
using System.Numerics;
using HwBridge.Core.Bls;

namespace HwBridge.Interop.Bls;

/// <summary>Random and edge cases from a seed, no two alike, for us and the peers.</summary>
internal sealed class DifferentialQuestions
{
    private const int KeySize = BlsPublicKey.Size;
    private const int SignatureSize = BlsSignature.Size;
    private const int Signers = 64;

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    private static readonly BigInteger P = Number(
        "1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab");

    private static readonly BigInteger R = Number("73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001");

    private readonly Random _random;
    private readonly List<DifferentialQuestion> _questions = [];
    private readonly HashSet<string> _lines = [];
    private readonly byte[][] _secrets;
    private readonly byte[][] _keys;
    private readonly Dictionary<string, string[]> _shifted = [];

    private DifferentialQuestions(int seed)
    {
        _random = new Random(seed);
        _secrets = [.. Enumerable.Range(0, Signers).Select(_ => Secret())];
        _keys = [.. _secrets.Select(PublicKey)];
    }

    internal static async Task<IReadOnlyList<DifferentialQuestion>> MakeAsync(int seed)
    {
        DifferentialQuestions questions = new(seed);
        await questions.ShiftAsync("g1", () => PublicKey(questions.Secret()));
        await questions.ShiftAsync("g2", () => Sign(questions.Secret(), questions.Bytes(32)));
        questions.AddVerifications();
        questions.AddKeys();
        questions.AddEncodings("g1", KeySize, () => PublicKey(questions.Secret()), many: 1000);
        questions.AddEncodings("g2", SignatureSize, () => Sign(questions.Secret(), questions.Bytes(32)), many: 500);
        questions.AddSums();
        questions.AddHashesAndSignatures();
        return questions._questions;
    }

    private void AddKeys()
    {
        IEnumerable<BigInteger> powers = Enumerable.Range(0, 255).Select(static bit => BigInteger.One << bit);
        BigInteger[] edges =
        [
            .. powers.SelectMany(static power => (BigInteger[])[power - 1, power, power + 1, R - power]),
            .. Enumerable.Range(1, 150).SelectMany(static i => (BigInteger[])[i, R - i, (R - 1) / 2 + i, (R - 1) / 2 - i]),

            // The same digit in each window of four, five and six bits.
            .. new[] { 4, 5, 6 }.SelectMany(static width => Enumerable.Range(1, (1 << width) - 1).Select(
                digit => Enumerable.Range(0, 252 / width).Aggregate(BigInteger.Zero, (sum, i) => sum + ((BigInteger)digit << (width * i))))),
        ];
        foreach (BigInteger scalar in edges.Where(static scalar => scalar > 0 && scalar < R))
        {
            Add("public key of an edge scalar", $"publicKey {Hex(Encode(scalar, 32))}");
        }

        Repeat(4500, "public key of a random scalar", () => $"publicKey {Hex(Secret())}");
        Repeat(20_000, "public key of a random scalar", () => $"publicKey {Hex(Secret())}", toNoble: false);
        Add("secret key refused", $"publicKey {Hex(new byte[32])}");
        Add("secret key refused", $"publicKey {Hex(Encode(R, 32))}");
        Repeat(400, "secret key refused", () => $"publicKey {Hex(Bytes(_random.Next(2) == 0 ? _random.Next(32) : _random.Next(33, 100)))}");

        // noble reduces these instead of refusing them.
        Repeat(
            1000,
            "secret key refused",
            () => $"publicKey {Hex(Encode(R + 1 + (Encoded(Bytes(32)) >> _random.Next(1, 256)), 32))}",
            toNoble: false);
    }

    /// <summary>Encodings of points and what is none; <paramref name="many"/> is the unit of what the peers check slowly.</summary>
    private void AddEncodings(string group, int size, Func<byte[]> valid, int many)
    {
        byte[] infinity = [0xc0, .. new byte[size - 1]];
        Add($"{group}: infinity", $"{group} {Hex(infinity)}");
        RepeatPoint(2 * many, "valid", valid);
        RepeatPoint(many, "valid, negative", () => Flip(valid(), 2));
        RepeatPoint(5 * many, "one bit of a valid one flipped", () => Flip(valid(), _random.Next(8 * size)));
        RepeatPoint(6 * many, "random x", () => Flagged(Coordinates(size, Below), 0x80, 0xa0));
        RepeatPoint(many, "x next to 0 or p", () => Flagged(Coordinates(size, NearTheEnds), 0x80, 0xa0));
        RepeatPoint(12 * many, "x or a part of it at least p", () => Flagged(Coordinates(size, AtLeastP, Below), 0x80, 0xa0));
        RepeatPoint(8 * many, "wrong flags of a valid one", () => Flagged(valid(), 0x00, 0x20, 0x40, 0x60, 0xc0, 0xe0));
        RepeatPoint(8 * many, "wrong flags of a random x", () => Flagged(Coordinates(size, Below), 0x00, 0x20, 0x40, 0x60, 0xc0, 0xe0));
        RepeatPoint(8 * many, "almost infinity", () => Flip(Flip(infinity, _random.Next(8 * size)), _random.Next(8 * size)));
        RepeatPoint(8 * many, "random bytes", () => Bytes(size));
        RepeatPoint(3 * many, "another length", () => OfAnotherLength(valid(), size));
        foreach (string shifted in _shifted[group])
        {
            Add($"{group}: outside the subgroup, of small order or shifted by it", $"{group} {shifted}");
        }

        // These blst alone has the time for.
        RepeatPoint(10 * many, "random x", () => Flagged(Coordinates(size, Below), 0x80, 0xa0), toNoble: false);
        RepeatPoint(5 * many, "one bit of a valid one flipped", () => Flip(valid(), _random.Next(8 * size)), toNoble: false);

        void RepeatPoint(int count, string kind, Func<byte[]> point, bool toNoble = true) =>
            Repeat(count, $"{group}: {kind}", () => $"{group} {Text(point())}", toNoble);
    }

    private void AddSums()
    {
        byte[] noKey = [0xc0, .. new byte[KeySize - 1]];
        byte[] noSignature = [0xc0, .. new byte[SignatureSize - 1]];
        byte[][] signatures = [.. _secrets.Select(secret => Sign(secret, Bytes(32)))];
        Repeat(1200, "sum of public keys", () => $"sum1 {Hex(Terms(_keys, noKey))}");
        Repeat(300, "sum of signatures", () => $"sum2 {Hex(Terms(signatures, noSignature))}");
        Repeat(6000, "sum of public keys", () => $"sum1 {Hex(Terms(_keys, noKey))}", toNoble: false);
        Repeat(3000, "sum of signatures", () => $"sum2 {Hex(Terms(signatures, noSignature))}", toNoble: false);

        byte[] Terms(byte[][] points, byte[] infinity)
        {
            List<byte[]> terms = [Any(points)];
            for (int more = _random.Next(5); more > 0; more--)
            {
                byte[] other = Any([.. terms]);
                terms.Add(_random.Next(6) switch
                {
                    0 => infinity,
                    1 => other,
                    2 when (other[0] & 0x40) == 0 => Flip(other, 2),
                    _ => Any(points),
                });
            }

            return [.. terms.SelectMany(static term => term)];
        }
    }

    private void AddHashesAndSignatures()
    {
        for (int length = 0; length <= 200; length++)
        {
            Add("hash to G2", $"hash {Text(Bytes(length))}");
        }

        Repeat(250, "hash to G2", () => $"hash {Text(Bytes(_random.Next(2000)))}");
        Repeat(250, "hash to G2 under a random tag", () => $"hashTagged {Text(Message())} {Hex(Bytes(_random.Next(1, 256)))}", toBlst: false);
        Repeat(250, "signature", () => $"sign {Hex(Secret())} {Text(Message())}");
        Repeat(3000, "signature", () => $"sign {Hex(Secret())} {Text(Message())}", toNoble: false);
        foreach (BigInteger scalar in new[] { 1, 2, 3, 1 << 16, R - 1, R - 2, R >> 1, BigInteger.One << 254, BigInteger.One << 128 })
        {
            Add("signature by an edge scalar", $"sign {Hex(Encode(scalar, 32))} {Hex(Bytes(32))}");
        }

        Repeat(60, "proof of possession", () => $"prove {Hex(Secret())}", toBlst: false);
    }

    private void AddVerifications()
    {
        Repeat(120, "verify, right", () => Verification("verify", Signed(1)));
        Repeat(150, "verify, wrong", () => Verification("verify", Spoilt(Signed(1))));
        Repeat(40, "aggregate verify, right", () => Verification("verify", Signed(_random.Next(2, 5))));
        Repeat(50, "aggregate verify, wrong", () => Verification("verify", Spoilt(Signed(_random.Next(2, 5)))));
        Repeat(40, "fast aggregate verify, right", () => Verification("fast", SignedTogether()));
        Repeat(50, "fast aggregate verify, wrong", () => Verification("fast", Spoilt(SignedTogether())));
        Repeat(30, "batch verify, right", () => Batch(Signed(_random.Next(1, 4))));
        Repeat(40, "batch verify, wrong", () => Batch(Spoilt(Signed(_random.Next(2, 4)))));
        Repeat(20, "batch verify, forged so that the sum is right", () => Batch(Forged()));
        Repeat(10, "fast aggregate verify, keys that cancel out", () => $"fast {CancellingKeys()} {Infinity()} {Hex(Bytes(32))}");

        // Right by the draft, while noble does not pair infinity.
        Repeat(10, "aggregate verify, pairs that cancel out", CancellingPairs, toNoble: false);
        Repeat(700, "verify, right", () => Verification("verify", Signed(1)), toNoble: false);
        Repeat(700, "verify, wrong", () => Verification("verify", Spoilt(Signed(1))), toNoble: false);
        Repeat(300, "aggregate verify, right", () => Verification("verify", Signed(_random.Next(2, 8))), toNoble: false);
        Repeat(300, "aggregate verify, wrong", () => Verification("verify", Spoilt(Signed(_random.Next(2, 8)))), toNoble: false);
        Repeat(200, "fast aggregate verify, wrong", () => Verification("fast", Spoilt(SignedTogether())), toNoble: false);
        Repeat(200, "batch verify, right", () => Batch(Signed(_random.Next(1, 9))), toNoble: false);
        Repeat(200, "batch verify, wrong", () => Batch(Spoilt(Signed(_random.Next(2, 9)))), toNoble: false);
        Repeat(20, "batch verify of many, right", () => Batch(Signed(_random.Next(9, 150))), toNoble: false);
        Repeat(20, "batch verify of many, one wrong", () => Batch(Spoilt(Signed(_random.Next(9, 150)))), toNoble: false);

        string CancellingPairs()
        {
            string message = Hex(Bytes(32));
            return $"verify {CancellingKeys()} {Infinity()} {message} {message}";
        }

        string CancellingKeys()
        {
            byte[] key = PublicKey(Secret());
            return Hex([.. key, .. Flip(key, 2)]);
        }

        static string Infinity() => "c0" + new string('0', 190);
    }

    /// <summary>As many signatures, each of a message of its own; two signers may be the same.</summary>
    private Set Signed(int count)
    {
        int[] signers = [.. Enumerable.Range(0, count).Select(_ => _random.Next(Signers))];
        byte[][] messages = [.. signers.Select(_ => Message())];
        return new Set(
            [.. signers.Select(signer => _keys[signer])], messages, [.. signers.Zip(messages, (signer, message) => Sign(_secrets[signer], message))]);
    }

    private Set SignedTogether()
    {
        int[] signers = [.. Enumerable.Range(0, _random.Next(1, 6)).Select(_ => _random.Next(Signers))];
        byte[] message = Message();
        return new Set([.. signers.Select(signer => _keys[signer])], [message], [.. signers.Select(signer => Sign(_secrets[signer], message))]);
    }

    /// <summary>One thing is wrong, and everything stays well-formed more often than not.</summary>
    private Set Spoilt(Set set)
    {
        int at = _random.Next(set.Signatures.Length);
        int message = _random.Next(set.Messages.Length);
        switch (_random.Next(9))
        {
            case 0:
                set.Messages[message] = Flip([.. set.Messages[message], 0], _random.Next(8 * (set.Messages[message].Length + 1)));
                break;
            case 1:
                set.Keys[at] = PublicKey(Secret());
                break;
            case 2:
                set.Keys[at] = Flip(set.Keys[at], 2);
                break;
            case 3:
                set.Signatures[at] = Flip(set.Signatures[at], 2);
                break;
            case 4:
                set.Signatures[at] = Sign(Secret(), set.Messages[message]);
                break;
            case 5:
                set.Signatures[at] = [0xc0, .. new byte[SignatureSize - 1]];
                break;
            case 6:
                set.Keys[at] = [0xc0, .. new byte[KeySize - 1]];
                break;
            case 7:
                set.Keys[at] = Convert.FromHexString(Any(_shifted["g1"]));
                break;
            default:
                set.Signatures[at] = Convert.FromHexString(Any(_shifted["g2"]));
                break;
        }

        return set;
    }

    /// <summary>What one signature has too much the other has too little.</summary>
    private Set Forged()
    {
        Set set = Signed(2);
        byte[] shift = Sign(Secret(), Bytes(32));
        set.Signatures[0] = Sum([set.Signatures[0], shift]);
        set.Signatures[1] = Sum([set.Signatures[1], Flip(shift, 2)]);
        return set;
    }

    /// <summary>The sum of the signatures is verified; where one of them is no point, it stands for the sum.</summary>
    private static string Verification(string kind, Set set)
    {
        byte[]? malformed = set.Signatures.FirstOrDefault(static signature => BlsSignature.TryDecode(signature, out _)
            is not (PointValidity.Valid or PointValidity.Infinity));
        return $"{kind} {Hex(Joined(set.Keys))} {Hex(malformed ?? Sum(set.Signatures))} {string.Join(' ', set.Messages.Select(Text))}";
    }

    private static string Batch(Set set) =>
        $"batch {Hex(Joined(set.Keys))} {Hex(Joined(set.Signatures))} {string.Join(' ', set.Messages.Select(Text))}";

    private async Task ShiftAsync(string group, Func<byte[]> valid)
    {
        IEnumerable<string> lines = Enumerable.Range(0, 308).Select(i => i < 8 ? group : $"{group} {Hex(valid())}").ToList();
        _shifted[group] = [.. await NodePeer.RunAsync("Bls/outside.mjs", lines, Deadline)];
        Assert.That(_shifted[group], Has.Length.EqualTo(308));
    }

    private void Repeat(int count, string kind, Func<string> line, bool toNoble = true, bool toBlst = true)
    {
        int attempts = 0;
        for (int added = 0; added < count; attempts++)
        {
            Assert.That(attempts, Is.LessThan(100 + (10 * count)), $"{kind}: there are not {count} different ones");
            added += Add(kind, line(), toNoble, toBlst) ? 1 : 0;
        }
    }

    private bool Add(string kind, string line, bool toNoble = true, bool toBlst = true)
    {
        bool isNew = _lines.Add(line);
        if (isNew)
        {
            _questions.Add(new DifferentialQuestion(kind, line, toBlst, toNoble));
        }

        return isNew;
    }

    private byte[] OfAnotherLength(byte[] bytes, int size)
    {
        // Twice the size is an encoding of its own for the peers, which take uncompressed points, too.
        int length = _random.Next(2 * size);
        return length == size ? [] : [.. bytes.Take(length), .. new byte[Math.Max(length - size, 0)]];
    }

    private byte[] Flagged(byte[] bytes, params byte[] flags) => [(byte)((bytes[0] & 0x1f) | Any(flags)), .. bytes[1..]];

    /// <summary>One coordinate for G1, two for G2, each by one of the makers and at least one by the first.</summary>
    private byte[] Coordinates(int size, params Func<BigInteger>[] makers)
    {
        int first = _random.Next(size / KeySize);
        return Joined([.. Enumerable.Range(0, size / KeySize).Select(i => Encode(i == first ? makers[0]() : Any(makers)(), KeySize))]);
    }

    private BigInteger Below() => Encoded(Bytes(64)) % P;

    private BigInteger NearTheEnds() => _random.Next(2) == 0 ? _random.Next(1000) : P - 1 - _random.Next(1000);

    private BigInteger AtLeastP()
    {
        BigInteger room = (BigInteger.One << 381) - P;
        return P + (_random.Next(2) == 0 ? _random.Next(10_000) : Encoded(Bytes(64)) % room);
    }

    private byte[] Message() => Bytes(_random.Next(4) == 0 ? _random.Next(200) : 32);

    private byte[] Secret() => Encode((Encoded(Bytes(48)) % (R - 1)) + 1, 32);

    private byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        _random.NextBytes(bytes);
        return bytes;
    }

    private T Any<T>(T[] choices) => choices[_random.Next(choices.Length)];

    private static byte[] PublicKey(byte[] secret)
    {
        byte[] key = new byte[KeySize];
        Bls12381.Default.DerivePublicKey(secret, key);
        return key;
    }

    private static byte[] Sign(byte[] secret, byte[] message)
    {
        byte[] signature = new byte[SignatureSize];
        Bls12381.Default.Sign(secret, message, BlsSignature.Suite, signature);
        return signature;
    }

    private static byte[] Sum(byte[][] signatures)
    {
        byte[] sum = new byte[SignatureSize];
        Bls12381.Default.AddSignatures(Joined(signatures), sum);
        return sum;
    }

    private static byte[] Joined(byte[][] parts) => [.. parts.SelectMany(static part => part)];

    /// <summary>The bytes with one bit flipped, counted from the first byte's highest.</summary>
    private static byte[] Flip(byte[] bytes, int bit)
    {
        byte[] flipped = [.. bytes];
        flipped[bit / 8] ^= (byte)(0x80 >> (bit % 8));
        return flipped;
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);

    private static string Text(byte[] bytes) => bytes.Length == 0 ? "-" : Hex(bytes);

    private static BigInteger Encoded(byte[] bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static byte[] Encode(BigInteger value, int size)
    {
        byte[] bytes = value.ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. new byte[size - bytes.Length], .. bytes];
    }

    private static BigInteger Number(string hex) => BigInteger.Parse("0" + hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    /// <summary>As many keys as signatures; as many messages, or one.</summary>
    private sealed record Set(byte[][] Keys, byte[][] Messages, byte[][] Signatures);
}
