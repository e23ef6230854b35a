using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using System.Text.Json;
using HwBridge.Core.Bls;
using HwBridge.Core.Bls.Field;
using HwBridge.Core.Bls.Pairing;
using HwBridge.Core.Bls.Tower;
using HwBridge.Core.Eip2333;

namespace HwBridge.Interop.Bls;

/// <summary>@noble/curves gives the same pairings as we do, and @chainsafe/blst the same answers about signatures.</summary>
internal sealed class PairingPeerTests
{
    private const string Script = "Bls/pairing.mjs";

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(10);

    /// <summary>Noble's exponent has the same factor 3 as ours.</summary>
    [Test]
    public async Task PairingProduct_OfRandomPoints_IsThatOfNoble()
    {
        List<object> questions = [];
        for (int i = 0; i < 100; i++)
        {
            string a = i == 0 ? "1" : Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(31));
            string b = i < 2 ? "1" : Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(31));
            questions.Add(new { ask = "pairing", a, b });
        }

        foreach (JsonElement answer in await AskAsync(questions))
        {
            FpLanes[] p = Lanes(answer.GetProperty("p"));
            FpLanes[] q = Lanes(answer.GetProperty("q"));
            PairingTerm term = default;
            for (int j = 0; j < FpLanes.Limbs; j++)
            {
                term.P[j] = Join([p[0], p[1], default, default], j);
                term.Q.Lanes[j] = Join(q, j);
            }

            Fp12 product = default;
            PairingProduct.MillerLoop(ref product, [term]);
            FinalExponentiation.Apply(ref product);
            IEnumerable<string?> theirs = answer.GetProperty("pairing").EnumerateArray().Select(each => each.GetString());
            Assert.That(Coefficients(in product), Is.EqualTo(theirs));
        }
    }

    [Test]
    public async Task Verify_OfRightAndWrongSums_AgreesWithBlst()
    {
        List<object> questions = [];
        List<bool> ours = [];
        for (int i = 0; i < 100; i++)
        {
            int count = (i % 4) + 1;
            (byte[] keys, byte[] messages, byte[] signatures) = Signed(count);
            byte[] sum = new byte[BlsSignature.Size];
            Bls12381.Default.AddSignatures(signatures, sum);
            Damage(i, keys, messages, signatures);
            sum = i % 9 == 8 ? signatures[..BlsSignature.Size] : sum;
            ours.Add(Bls12381.Default.Verify(keys, Messages(messages), BlsSignature.Suite, sum));
            questions.Add(new
            {
                ask = "verify",
                publicKeys = Cut(keys, BlsPublicKey.Size),
                messages = Cut(messages, 32),
                signature = Convert.ToHexStringLower(sum),
            });
        }

        Assert.That(ours, Has.Some.True.And.Some.False);
        Assert.That((await AskAsync(questions)).Select(answer => answer.GetBoolean()), Is.EqualTo(ours));
    }

    [Test]
    public async Task VerifyBatch_OfRightAndWrongSignatures_AgreesWithBlst()
    {
        List<object> questions = [];
        List<bool> ours = [];
        foreach (int count in (int[])[1, 2, 3, 7, 8, 9, 16, 17, 40, 129, 150])
        {
            for (int i = 0; i < 4; i++)
            {
                (byte[] keys, byte[] messages, byte[] signatures) = Signed(count);
                Damage(i, keys, messages, signatures);
                ours.Add(Bls12381.Default.VerifyBatch(keys, Messages(messages), BlsSignature.Suite, signatures));
                questions.Add(new
                {
                    ask = "verifyBatch",
                    publicKeys = Cut(keys, BlsPublicKey.Size),
                    messages = Cut(messages, 32),
                    signatures = Cut(signatures, BlsSignature.Size),
                });
            }
        }

        Assert.That(ours, Has.Some.True.And.Some.False);
        Assert.That((await AskAsync(questions)).Select(answer => answer.GetBoolean()), Is.EqualTo(ours));
    }

    /// <summary>Keys, messages of 32 bytes and signatures of each.</summary>
    private static (byte[] Keys, byte[] Messages, byte[] Signatures) Signed(int count)
    {
        byte[] keys = new byte[count * BlsPublicKey.Size];
        byte[] messages = RandomNumberGenerator.GetBytes(count * 32);
        byte[] signatures = new byte[count * BlsSignature.Size];
        for (int i = 0; i < count; i++)
        {
            using BlsSecretKey key = Eip2333KeyDerivation.DeriveMaster(RandomNumberGenerator.GetBytes(32));
            key.GetPublicKey().CopyTo(keys.AsSpan(i * BlsPublicKey.Size));
            key.Sign(messages.AsSpan(i * 32, 32)).CopyTo(signatures.AsSpan(i * BlsSignature.Size));
        }

        return (keys, messages, signatures);
    }

    /// <summary>Every other time leaves all as it is; otherwise changes a message, or exchanges two keys or two signatures.</summary>
    private static void Damage(int turn, byte[] keys, byte[] messages, byte[] signatures)
    {
        switch (turn % 4)
        {
            case 1:
                messages[RandomNumberGenerator.GetInt32(messages.Length)] ^= 1;
                break;
            case 2:
                Exchange(keys, BlsPublicKey.Size);
                break;
            case 3:
                Exchange(signatures, BlsSignature.Size);
                break;
        }
    }

    private static void Exchange(byte[] all, int size)
    {
        byte[] first = all[..size];
        all[^size..].CopyTo(all, 0);
        first.CopyTo(all, all.Length - size);
    }

    private static ReadOnlyMemory<byte>[] Messages(byte[] messages) => [.. messages.Chunk(32).Select(each => (ReadOnlyMemory<byte>)each)];

    private static string[] Cut(byte[] all, int size) => [.. all.Chunk(size).Select(Convert.ToHexStringLower)];

    private static FpLanes[] Lanes(JsonElement numbers) => [.. numbers.EnumerateArray().Select(number =>
    {
        FpLanes lanes = default;
        Assert.That(FpCodec.TryRead(Convert.FromHexString(number.GetString()!), ref lanes), Is.True);
        return lanes;
    })];

    private static Vector256<ulong> Join(FpLanes[] four, int j) =>
        Vector256.Create(four[0][j].GetElement(0), four[1][j].GetElement(1), four[2][j].GetElement(2), four[3][j].GetElement(3));

    private static List<string> Coefficients(ref readonly Fp12 element)
    {
        List<string> coefficients = [];
        byte[] bytes = new byte[FpCodec.Size];
        foreach (int half in (int[])[0, 2])
        {
            foreach (Fp2Pair pair in (Fp2Pair[])[element.C0, element.C1, element.C2])
            {
                for (int component = 0; component < 2; component++)
                {
                    FpCodec.Write(in pair.Lanes, half + component, bytes);
                    coefficients.Add(Convert.ToHexStringLower(bytes));
                }
            }
        }

        return coefficients;
    }

    private static async Task<List<JsonElement>> AskAsync(List<object> questions)
    {
        IEnumerable<string> lines = questions.Select(question => JsonSerializer.Serialize(question));
        IReadOnlyList<string> answers = await NodePeer.RunAsync(Script, lines, Deadline);
        Assert.That(answers, Has.Count.EqualTo(questions.Count));
        return [.. answers.Select(answer => JsonDocument.Parse(answer).RootElement.Clone())];
    }
}
