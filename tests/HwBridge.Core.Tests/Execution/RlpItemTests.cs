using HwBridge.Core.Execution;
using HwBridge.Core.Faults;

namespace HwBridge.Core.Tests.Execution;

internal sealed class RlpItemTests
{
    /// <summary>The examples of the Ethereum documentation of RLP.</summary>
    [TestCase("80")]
    [TestCase("00")]
    [TestCase("0f")]
    [TestCase("820400")]
    [TestCase("83646f67")]
    [TestCase("c0")]
    [TestCase("c88363617483646f67")]
    [TestCase("c7c0c1c0c3c0c1c0")]
    [TestCase("b8384c6f72656d20697073756d20646f6c6f722073697420616d65742c20636f6e7365637465747572206164697069736963696e6720656c6974")]
    public void Encode_Decoded_GivesTheSameBytes(string hex) =>
        Assert.That(Convert.ToHexStringLower(RlpItem.Decode(Convert.FromHexString(hex), "a").Encode()), Is.EqualTo(hex));

    [TestCase(55)]
    [TestCase(56)]
    [TestCase(255)]
    [TestCase(256)]
    [TestCase(65535)]
    [TestCase(65536)]
    public void Encode_AroundEachLengthOfTheLength_IsDecodedToTheSame(int length)
    {
        byte[] encoded = new RlpItem([new RlpItem(new byte[length]), RlpItem.Of(length)]).Encode();
        IReadOnlyList<RlpItem> items = RlpItem.Decode(encoded, "a").List("a", "it", 2);
        Assert.That(items[0].Bytes("a", "it", 0, length).Length, Is.EqualTo(length));
        Assert.That((int)items[1].Number("a", "it", 4), Is.EqualTo(length));
    }

    [TestCase("", "ends too early")]
    [TestCase("8100", "before a single small byte")]
    [TestCase("b800", "shortest way")]
    [TestCase("b837", "shortest way")]
    [TestCase("b90038", "shortest way")]
    [TestCase("f800", "shortest way")]
    [TestCase("b8", "announces more")]
    [TestCase("bb7fffffff", "announces 2147483647 bytes")]
    [TestCase("bfffffffffffffffff", "announces more")]
    [TestCase("83646f", "announces 3 bytes, and 2 are left")]
    [TestCase("c183", "announces 3 bytes, and 0 are left")]
    [TestCase("8080", "has 1 bytes after its end")]
    [TestCase("c9c8c7c6c5c4c3c2c1c0", "more than 8 deep")]
    public void Decode_NotTheOneEncoding_IsRefused(string hex, string words)
    {
        FaultException fault = Assert.Throws<FaultException>(() => RlpItem.Decode(Convert.FromHexString(hex), "tx"))!;
        Assert.That(fault.Message, Does.StartWith("tx: the item at byte ").And.Contains(words));
    }
}
