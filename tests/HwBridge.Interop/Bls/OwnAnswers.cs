using HwBridge.Core.Bls;

namespace HwBridge.Interop.Bls;

/// <summary>How this project answers the questions of differential.mjs, in the peers' words.</summary>
internal static class OwnAnswers
{
    internal static string To(string line)
    {
        string[] words = line.Split(' ');
        byte[][] values = [.. words[1..].Select(static word => word == "-" ? [] : Convert.FromHexString(word))];
        return words[0] switch
        {
            "publicKey" => WithKey(values[0], static key => key.GetPublicKey().ToString()[2..]),
            "g1" => Verdict(BlsPublicKey.TryDecode(values[0], out _)),
            "g2" => Verdict(BlsSignature.TryDecode(values[0], out _)),
            "sum1" => Point(BlsPublicKey.Size, sum => Bls12381.Default.AddPublicKeys(values[0], sum)),
            "sum2" => Point(BlsSignature.Size, sum => Bls12381.Default.AddSignatures(values[0], sum)),
            "hash" => Point(BlsSignature.Size, point => Bls12381.Default.HashToG2(values[0], BlsSignature.Suite, point)),
            "hashTagged" => Point(BlsSignature.Size, point => Bls12381.Default.HashToG2(values[0], values[1], point)),
            "sign" => WithKey(values[0], key => key.Sign(values[1]).ToString()[2..]),
            "prove" => WithKey(values[0], static key => key.ProvePossession().ToString()[2..]),
            "verify" => Holds(values[0], values[1], () => Bls12381.Default.Verify(
                values[0], Messages(values), BlsSignature.Suite, values[1])),
            "fast" => Holds(values[0], values[1], () => Bls12381.Default.Verify(
                Sum(values[0]), Messages(values), BlsSignature.Suite, values[1])),
            "batch" => Holds(values[0], values[1], () => Bls12381.Default.VerifyBatch(
                values[0], Messages(values), BlsSignature.Suite, values[1])),
            _ => throw new ArgumentOutOfRangeException(nameof(line), words[0]),
        };
    }

    private static string WithKey(byte[] secret, Func<BlsSecretKey, string> answer)
    {
        if (!BlsSecretKey.TryFromBytes(secret, out BlsSecretKey? key))
        {
            return "refused";
        }

        using (key)
        {
            return answer(key);
        }
    }

    private static string Verdict(PointValidity validity) => validity switch
    {
        PointValidity.Valid => "valid",
        PointValidity.NotOnCurve => "curve",
        PointValidity.NotInSubgroup => "group",
        PointValidity.Infinity => "infinity",
        _ => "encoding",
    };

    private static string Point(int size, Action<byte[]> write)
    {
        byte[] point = new byte[size];
        write(point);
        return Convert.ToHexStringLower(point);
    }

    private static byte[] Sum(byte[] publicKeys)
    {
        byte[] sum = new byte[BlsPublicKey.Size];
        Bls12381.Default.AddPublicKeys(publicKeys, sum);
        return sum;
    }

    /// <summary>Keys are no infinity and signatures may be; a malformed point makes the answer false.</summary>
    private static string Holds(byte[] publicKeys, byte[] signatures, Func<bool> verify)
    {
        bool wellFormed = publicKeys.Chunk(BlsPublicKey.Size).All(static key => BlsPublicKey.TryDecode(key, out _) == PointValidity.Valid)
            && signatures.Chunk(BlsSignature.Size).All(
                static signature => Bls12381.Default.ValidateSignature(signature) is PointValidity.Valid or PointValidity.Infinity);
        return wellFormed && verify() ? "true" : "false";
    }

    private static ReadOnlyMemory<byte>[] Messages(byte[][] values) => [.. values[2..].Select(static value => new ReadOnlyMemory<byte>(value))];
}
