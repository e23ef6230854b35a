using System.Runtime.Intrinsics;
using HwBridge.Core.Bls.Field;
using HwBridge.Core.Bls.G1;
using HwBridge.Core.Bls.G2;
using HwBridge.Core.Bls.Tower;

namespace HwBridge.Core.Bls.Pairing;

/// <summary>
/// Signatures are right when e(pk₁, H(m₁)) · … · e(pkₙ, H(mₙ)) · e(−G, signature) is 1 (CoreAggregateVerify of
/// draft-irtf-cfrg-bls-signature §2.9). Everything here is public.
/// </summary>
internal static class SignatureVerification
{
    private const int KeySize = G1Codec.Size;
    private const int SignatureSize = G2Codec.Size;

    /// <summary>What one Miller loop of a batch takes at once, and what is worth a thread of its own.</summary>
    private const int MaxChunk = 64;
    private const int MinChunk = 8;

    private static readonly FpLanes Cover4 = FpConstants.Cover(4, 1);

    private static readonly FpLanes MinusGenerator = Decode(CompressedMinusGenerator);

    private static ReadOnlySpan<byte> CompressedMinusGenerator =>
    [
        0xb7, 0xf1, 0xd3, 0xa7, 0x31, 0x97, 0xd7, 0x94, 0x26, 0x95, 0x63, 0x8c, 0x4f, 0xa9, 0xac, 0x0f,
        0xc3, 0x68, 0x8c, 0x4f, 0x97, 0x74, 0xb9, 0x05, 0xa1, 0x4e, 0x3a, 0x3f, 0x17, 0x1b, 0xac, 0x58,
        0x6c, 0x55, 0xe8, 0x3f, 0xf9, 0x7a, 0x1a, 0xef, 0xfb, 0x3a, 0xf0, 0x0a, 0xdb, 0x22, 0xc6, 0xbb,
    ];

    /// <summary>
    /// True when the signature is the sum of what each key's holder signs for its message. False for no message or a size that does not fit.
    /// </summary>
    internal static bool Verify(
        ReadOnlySpan<byte> publicKeys,
        IReadOnlyList<ReadOnlyMemory<byte>> messages,
        ReadOnlySpan<byte> domainSeparationTag,
        ReadOnlySpan<byte> signature)
    {
        if (messages.Count == 0 || publicKeys.Length != messages.Count * KeySize || signature.Length != SignatureSize)
        {
            return false;
        }

        PairingTerm[] terms = new PairingTerm[messages.Count + 1];
        int count = 0;
        for (int i = 0; i < messages.Count; i++)
        {
            if (G1Codec.TryDecode(publicKeys.Slice(i * KeySize, KeySize), out G1Point key) != PointValidity.Valid)
            {
                return false;
            }

            G2Hash.ToPoint(messages[i].Span, domainSeparationTag, out G2Point hash);
            terms[count].P = key.Xyz;
            count += TrySet(ref terms[count].Q, in hash) ? 1 : 0;
        }

        PointValidity validity = G2Codec.TryDecode(signature, out G2Point point);
        if (validity == PointValidity.Valid)
        {
            terms[count].P = MinusGenerator;
            terms[count].Q = point.Xy;
            count++;
        }

        return validity is PointValidity.Valid or PointValidity.Infinity && PairingProduct.IsOne(terms.AsSpan(0, count));
    }

    /// <summary>
    /// True when each signature is right, but for a chance of 2^-64: the equations are multiplied, each raised to a random power of its
    /// own, so that errors don't cancel out. False for no message or a size that does not fit.
    /// </summary>
    internal static bool VerifyBatch(
        ReadOnlySpan<byte> publicKeys,
        IReadOnlyList<ReadOnlyMemory<byte>> messages,
        ReadOnlySpan<byte> domainSeparationTag,
        ReadOnlySpan<byte> signatures)
    {
        int total = messages.Count;
        if (total == 0 || publicKeys.Length != total * KeySize || signatures.Length != total * SignatureSize)
        {
            return false;
        }

        byte[] keys = publicKeys.ToArray();
        byte[] tag = domainSeparationTag.ToArray();
        byte[] all = signatures.ToArray();
        int size = Math.Clamp((total + Environment.ProcessorCount - 1) / Environment.ProcessorCount, MinChunk, MaxChunk);
        int chunks = (total + size - 1) / size;
        Fp12[] products = new Fp12[chunks];
        G2Point[] sums = new G2Point[chunks];
        ParallelLoopResult result = Parallel.For(0, chunks, (chunk, state) =>
        {
            int from = chunk * size;
            int count = Math.Min(size, total - from);
            ReadOnlySpan<byte> chunkKeys = keys.AsSpan(from * KeySize, count * KeySize);
            ReadOnlySpan<byte> chunkSignatures = all.AsSpan(from * SignatureSize, count * SignatureSize);
            if (!TryCombine(chunkKeys, messages, from, tag, chunkSignatures, ref products[chunk], ref sums[chunk]))
            {
                state.Stop();
            }
        });
        if (!result.IsCompleted)
        {
            return false;
        }

        G2Scratch scratch = default;
        for (int chunk = 1; chunk < chunks; chunk++)
        {
            Fp12.Multiply(ref products[0], in products[0], in products[chunk]);
            sums[0].Add(in sums[chunk], ref scratch);
        }

        PairingTerm last = new() { P = MinusGenerator };
        if (TrySet(ref last.Q, in sums[0]))
        {
            Fp12 product = default;
            PairingProduct.MillerLoop(ref product, [last]);
            Fp12.Multiply(ref products[0], in products[0], in product);
        }

        FinalExponentiation.Apply(ref products[0]);
        return products[0].IsOne;
    }

    /// <summary>For random cᵢ the Miller loop of all (cᵢ pkᵢ, H(mᵢ)), and the sum of all cᵢ times signatureᵢ; false when a point is none.</summary>
    private static bool TryCombine(
        ReadOnlySpan<byte> publicKeys,
        IReadOnlyList<ReadOnlyMemory<byte>> messages,
        int from,
        ReadOnlySpan<byte> domainSeparationTag,
        ReadOnlySpan<byte> signatures,
        ref Fp12 product,
        ref G2Point sum)
    {
        int count = publicKeys.Length / KeySize;
        RandomFactor[] factors = new RandomFactor[count];
        RandomFactor.Fill(factors);
        G1Point[] keys = new G1Point[count];
        G2Point[] points = new G2Point[count];
        PairingTerm[] terms = new PairingTerm[count];
        for (int i = 0; i < count; i++)
        {
            if (G1Codec.TryDecode(publicKeys.Slice(i * KeySize, KeySize), out keys[i]) != PointValidity.Valid
                || G2Codec.TryDecode(signatures.Slice(i * SignatureSize, SignatureSize), out points[i])
                    is not (PointValidity.Valid or PointValidity.Infinity))
            {
                return false;
            }

            Multiply(ref keys[i], factors[i]);
            G2Hash.ToPoint(messages[from + i].Span, domainSeparationTag, out G2Point hash);
            if (!TrySet(ref terms[i].Q, in hash))
            {
                return false;
            }
        }

        if (!TryNormalize(terms, keys))
        {
            return false;
        }

        Add(ref sum, points, factors);
        PairingProduct.MillerLoop(ref product, terms);
        return true;
    }

    /// <summary>point = factor · point.</summary>
    private static void Multiply(ref G1Point point, RandomFactor factor)
    {
        G1Scratch scratch = default;
        G1Point plus = point;
        G1Point minus = point;
        Vector256<ulong> y = Vector256.Create(0, ulong.MaxValue, 0, 0);
        Vector256<ulong> carry = default;
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            PairLimb.Put(ref minus.Xyz[0], j, ref carry, Vector256.ConditionalSelect(y, Cover4[j] - plus.Xyz[j], plus.Xyz[j]));
        }

        for (int place = factor.Top - 1; place >= 0; place--)
        {
            point.Double(ref scratch);
            int digit = factor.Digit(place);
            if (digit > 0)
            {
                point.Add(in plus, ref scratch);
            }
            else if (digit < 0)
            {
                point.Add(in minus, ref scratch);
            }
        }
    }

    /// <summary>The sum of each point times its factor, with one chain of doublings.</summary>
    private static void Add(ref G2Point sum, ReadOnlySpan<G2Point> points, ReadOnlySpan<RandomFactor> factors)
    {
        G2Scratch scratch = default;
        sum = G2Point.Infinity;
        for (int place = 64; place >= 0; place--)
        {
            sum.Double(ref scratch);
            for (int i = 0; i < points.Length; i++)
            {
                int digit = factors[i].Digit(place);
                if (digit > 0)
                {
                    sum.Add(in points[i], ref scratch);
                }
                else if (digit < 0)
                {
                    G2Point minus = points[i];
                    minus.Negate();
                    sum.Add(in minus, ref scratch);
                }
            }
        }
    }

    /// <summary>x and y of all points, with one inversion for all of them (Montgomery's trick); false when one is infinity.</summary>
    private static bool TryNormalize(Span<PairingTerm> terms, ReadOnlySpan<G1Point> points)
    {
        FpLanes[] before = new FpLanes[points.Length];
        FpLanes product = FpConstants.One;
        FpLanes z = default;
        for (int i = 0; i < points.Length; i++)
        {
            before[i] = product;
            BroadcastZ(ref z, in points[i]);
            FpLanes.Multiply(ref product, in product, in z);
        }

        if (FpCodec.ZeroLanes(in product) != 0)
        {
            return false;
        }

        FpInverse.Invert(in product, 0, ref product);
        FpLanes inverse = default;
        for (int i = points.Length - 1; i >= 0; i--)
        {
            FpLanes.Multiply(ref inverse, in product, in before[i]);
            BroadcastZ(ref z, in points[i]);
            FpLanes.Multiply(ref product, in product, in z);
            FpLanes.Multiply(ref terms[i].P, in points[i].Xyz, in inverse);
        }

        return true;
    }

    private static void BroadcastZ(ref FpLanes z, ref readonly G1Point point)
    {
        for (int j = 0; j < FpLanes.Limbs; j++)
        {
            z[j] = Vector256.Shuffle(point.Xyz[j], Vector256.Create(2UL, 2, 2, 2));
        }
    }

    /// <summary>Sets x and y; false for infinity.</summary>
    private static bool TrySet(ref Fp2Pair xy, ref readonly G2Point point)
    {
        if (point.IsInfinity)
        {
            return false;
        }

        G2Codec.Normalize(ref xy, in point);
        return true;
    }

    private static FpLanes Decode(ReadOnlySpan<byte> compressed) =>
        G1Codec.TryDecode(compressed, out G1Point point) == PointValidity.Valid
            ? point.Xyz
            : throw new InvalidOperationException("the generator is not on the curve");
}
