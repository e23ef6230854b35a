using System.Text.Json;
using HwBridge.Core.Bls;

namespace HwBridge.Core.Tests.Bls;

/// <summary>
/// The suite in Data/Bls/EthereumSuite, whose handlers are those of the Ethereum BLS suites and whose answers are those of blst. Inputs pass the checks
/// of draft-irtf-cfrg-bls-signature §3.3: public keys are no infinity, signatures may be, and a malformed point makes the answer false.
/// </summary>
internal sealed class EthereumSuiteTests
{
    private static readonly string[] Handlers =
    [
        "aggregate", "aggregate_verify", "batch_verify", "deserialization_G1", "deserialization_G2", "fast_aggregate_verify",
        "hash_to_G2", "sign", "verify",
    ];

    private static IEnumerable<TestCaseData> Cases() => Handlers.SelectMany(handler =>
        RepositoryFiles.Json("tests", "HwBridge.Core.Tests", "Data", "Bls", "EthereumSuite", $"{handler}.json").EnumerateObject()
            .Select(test => new TestCaseData(handler, test.Value).SetArgDisplayNames($"{handler}/{test.Name}")));

    [TestCaseSource(nameof(Cases))]
    public void Handler_OfACase_GivesItsOutput(string handler, JsonElement test)
    {
        JsonElement input = test.GetProperty("input");
        JsonElement output = test.GetProperty("output");
        object? expected = output.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.String => output.GetString(),
            _ => output.GetBoolean(),
        };
        object? answer = handler switch
        {
            "sign" => Sign(input),
            "verify" => Verify(Keys(input, "pubkey"), [Message(input, "message")], Bytes(input, "signature")),
            "aggregate" => Aggregate(input),
            "fast_aggregate_verify" => FastAggregateVerify(Keys(input, "pubkeys"), Message(input, "message"), Bytes(input, "signature")),
            "aggregate_verify" => Verify(Keys(input, "pubkeys"), Messages(input), Bytes(input, "signature")),
            "batch_verify" => BatchVerify(Keys(input, "pubkeys"), Messages(input), [.. List(input, "signatures")]),
            "deserialization_G1" => Decodes(BlsPublicKey.TryDecode(Bytes(input, "pubkey"), out _), test),
            "deserialization_G2" => Decodes(BlsSignature.TryDecode(Bytes(input, "signature"), out _), test),
            "hash_to_G2" => HashToG2(Bytes(input, "msg")),
            _ => throw new ArgumentOutOfRangeException(nameof(handler)),
        };
        Assert.That(answer, Is.EqualTo(expected));
    }

    private static string? Sign(JsonElement input)
    {
        if (!BlsSecretKey.TryFromBytes(Bytes(input, "privkey"), out BlsSecretKey? key))
        {
            return null;
        }

        using (key)
        {
            return key.Sign(Bytes(input, "message")).ToString();
        }
    }

    private static string? Aggregate(JsonElement input)
    {
        byte[][] signatures = [.. input.EnumerateArray().Select(Bytes)];
        if (signatures.Length == 0 || !signatures.All(IsSignature))
        {
            return null;
        }

        byte[] sum = new byte[BlsSignature.Size];
        Bls12381.Default.AddSignatures(signatures.SelectMany(static bytes => bytes).ToArray(), sum);
        return Hex(sum);
    }

    private static bool Verify(BlsPublicKey[]? keys, ReadOnlyMemory<byte>[] messages, byte[] signature)
    {
        if (keys is null || !IsSignature(signature))
        {
            return false;
        }

        // Only the backend takes infinity, which no BlsSignature is decoded to.
        return BlsSignature.TryDecode(signature, out BlsSignature decoded) == PointValidity.Valid
            ? decoded.VerifyAggregate(keys, messages)
            : keys.Length > 0 && Bls12381.Default.Verify(Concatenate(keys), messages, BlsSignature.Suite, signature);
    }

    private static bool FastAggregateVerify(BlsPublicKey[]? keys, ReadOnlyMemory<byte> message, byte[] signature)
    {
        if (keys is null || !IsSignature(signature))
        {
            return false;
        }

        if (BlsSignature.TryDecode(signature, out BlsSignature decoded) == PointValidity.Valid)
        {
            return decoded.VerifyAggregate(keys, message);
        }

        byte[] sum = new byte[BlsPublicKey.Size];
        if (keys.Length > 0)
        {
            Bls12381.Default.AddPublicKeys(Concatenate(keys), sum);
        }

        return keys.Length > 0 && Bls12381.Default.Verify(sum, [message], BlsSignature.Suite, signature);
    }

    private static bool BatchVerify(BlsPublicKey[]? keys, ReadOnlyMemory<byte>[] messages, byte[][] signatures) =>
        keys is not null && signatures.All(IsSignature)
        && Bls12381.Default.VerifyBatch(
            Concatenate(keys), messages, BlsSignature.Suite, signatures.SelectMany(static bytes => bytes).ToArray());

    /// <summary>Infinity decodes, although it is no key; why the others do not is what blst says.</summary>
    private static bool Decodes(PointValidity validity, JsonElement test)
    {
        string? code = test.TryGetProperty("code", out JsonElement named) ? named.GetString() : null;
        Assert.That(validity, code switch
        {
            null => Is.EqualTo(PointValidity.Valid),
            "BLST_PK_IS_INFINITY" => Is.EqualTo(PointValidity.Infinity),
            "BLST_BAD_ENCODING" => Is.EqualTo(PointValidity.NotCanonical).Or.EqualTo(PointValidity.WrongLength),
            "BLST_POINT_NOT_ON_CURVE" => Is.EqualTo(PointValidity.NotOnCurve),
            _ => Is.EqualTo(PointValidity.NotInSubgroup),
        });
        return validity is PointValidity.Valid or PointValidity.Infinity;
    }

    private static string HashToG2(byte[] message)
    {
        byte[] point = new byte[BlsSignature.Size];
        Bls12381.Default.HashToG2(message, BlsSignature.Suite, point);
        return Hex(point);
    }

    private static bool IsSignature(byte[] bytes) =>
        Bls12381.Default.ValidateSignature(bytes) is PointValidity.Valid or PointValidity.Infinity;

    /// <summary>The keys of a member that is one or a list, or null when one of them is no public key.</summary>
    private static BlsPublicKey[]? Keys(JsonElement input, string name)
    {
        List<BlsPublicKey> keys = [];
        foreach (byte[] bytes in List(input, name))
        {
            if (BlsPublicKey.TryDecode(bytes, out BlsPublicKey key) != PointValidity.Valid)
            {
                return null;
            }

            keys.Add(key);
        }

        return [.. keys];
    }

    private static byte[] Concatenate(BlsPublicKey[] keys)
    {
        byte[] all = new byte[keys.Length * BlsPublicKey.Size];
        for (int i = 0; i < keys.Length; i++)
        {
            keys[i].CopyTo(all.AsSpan(i * BlsPublicKey.Size));
        }

        return all;
    }

    private static ReadOnlyMemory<byte> Message(JsonElement input, string name) => Bytes(input, name);

    private static ReadOnlyMemory<byte>[] Messages(JsonElement input) =>
        [.. List(input, "messages").Select(static bytes => new ReadOnlyMemory<byte>(bytes))];

    private static IEnumerable<byte[]> List(JsonElement input, string name)
    {
        JsonElement member = input.GetProperty(name);
        return member.ValueKind == JsonValueKind.Array ? member.EnumerateArray().Select(Bytes) : [Bytes(member)];
    }

    private static byte[] Bytes(JsonElement input, string name) => Bytes(input.GetProperty(name));

    private static byte[] Bytes(JsonElement text) => Convert.FromHexString(text.GetString()![2..]);

    private static string Hex(byte[] bytes) => "0x" + Convert.ToHexStringLower(bytes);
}
