using System.Text;
using FsCheck;
using HwBridge.Core.Eip712;
using HwBridge.Core.Faults;

namespace HwBridge.Core.Tests.Eip712;

internal sealed class TypedDataTests
{
    /// <summary>The example of EIP-712, whose hashes are in its assets (Example.js).</summary>
    private const string Mail = """
        {
          "types": {
            "EIP712Domain": [
              {"name": "name", "type": "string"}, {"name": "version", "type": "string"},
              {"name": "chainId", "type": "uint256"}, {"name": "verifyingContract", "type": "address"}
            ],
            "Person": [{"name": "name", "type": "string"}, {"name": "wallet", "type": "address"}],
            "Mail": [{"name": "from", "type": "Person"}, {"name": "to", "type": "Person"}, {"name": "contents", "type": "string"}]
          },
          "primaryType": "Mail",
          "domain": {"name": "Ether Mail", "version": "1", "chainId": 1, "verifyingContract": "0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC"},
          "message": {
            "from": {"name": "Cow", "wallet": "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826"},
            "to": {"name": "Bob", "wallet": "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB"},
            "contents": "Hello, Bob!"
          }
        }
        """;

    [Test]
    public void Parse_ExampleOfTheStandard_HasItsHashes()
    {
        TypedData data = Parse(Mail);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(data.EncodeType("Mail"), Is.EqualTo("Mail(Person from,Person to,string contents)Person(string name,address wallet)"));
            Assert.That($"{data.DomainSeparator}", Is.EqualTo("0xf2cee375fa42b42143804025fc449deafd50cc031ca257e0b194a650a912090f"));
            Assert.That($"{data.MessageHash}", Is.EqualTo("0xc52c0ee5d84264471806290a3f2c4cecfc5490626bf912d01f240d7a274b371e"));
            Assert.That($"{data.SigningHash()}", Is.EqualTo("0xbe609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2"));
            Assert.That(data.Structs.Select(defined => defined.Name), Is.EqualTo((string[])["EIP712Domain", "Mail", "Person"]));
        }
    }

    /// <summary>What each type takes and refuses.</summary>
    [TestCase("uint8", "255", "ff")]
    [TestCase("uint8", "\"0xff\"", "ff")]
    [TestCase("uint8", "256", null)]
    [TestCase("uint8", "-1", null)]
    [TestCase("uint8", "1.0", null)]
    [TestCase("uint8", "1e2", null)]
    [TestCase("uint8", "\"\"", null)]
    [TestCase("uint8", "\"0x\"", null)]
    [TestCase("uint8", "\" 1\"", null)]
    [TestCase("uint8", "true", null)]
    [TestCase("int16", "-32768", "8000")]
    [TestCase("int16", "\"-1\"", "ffff")]
    [TestCase("int16", "32768", null)]
    [TestCase("int256", "\"-57896044618658097711785492504343953926634992332820282019728792003956564819968\"", "80*")]
    [TestCase("uint256", "\"115792089237316195423570985008687907853269984665640564039457584007913129639935\"", "ff*")]
    [TestCase("uint256", "\"115792089237316195423570985008687907853269984665640564039457584007913129639936\"", null)]
    [TestCase("bool", "true", "01")]
    [TestCase("bool", "\"true\"", null)]
    [TestCase("bytes2", "\"0x0102\"", "0102")]
    [TestCase("bytes2", "\"0x01\"", null)]
    [TestCase("bytes2", "\"0102\"", null)]
    [TestCase("bytes", "\"0x\"", "")]
    [TestCase("bytes", "\"0x0\"", null)]
    [TestCase("address", "\"0x5aaeb6053F3E94C9b9A09f33669435E7Ef1BeAed\"", null)]
    [TestCase("uint256[2]", "[1]", null)]
    [TestCase("string", "\"\\ud800\"", null)]
    [TestCase("string", "null", null)]
    [TestCase("uint7", "1", null)]
    [TestCase("uint08", "1", null)]
    [TestCase("bytes33", "\"0x\"", null)]
    [TestCase("uint256[0][][][][]", "[]", null)]
    [TestCase("Nowhere", "{}", null)]
    [TestCase("uint256[01]", "[1]", null)]
    public void Parse_Value_IsOfItsTypeOrRefused(string type, string value, string? bytes)
    {
        string json = Document($$"""[{"name":"a","type":"{{type}}"}]""", $$"""{"a":{{value}} }""");
        if (bytes is null)
        {
            Assert.That(() => Parse(json), Throws.TypeOf<FaultException>().With.Property("Fault").EqualTo(Fault.BadInput));
            return;
        }

        string expected = bytes.EndsWith('*') ? bytes[..2].PadRight(64, bytes[1]) : bytes;
        Assert.That(Convert.ToHexStringLower(Parse(json).Message.Items[0].Bytes.Span), Is.EqualTo(expected));
    }

    [TestCase("[{\"name\":\"a\",\"type\":\"A[]\"}]", "{\"a\":[]}", "contains itself")]
    [TestCase("[{\"name\":\"a\",\"type\":\"bool\"},{\"name\":\"a\",\"type\":\"bool\"}]", "{\"a\":true}", "there already")]
    [TestCase("[{\"name\":\"a b\",\"type\":\"bool\"}]", "{\"a b\":true}", "is no name")]
    [TestCase("[{\"name\":\"a\",\"type\":\"bool\"}]", "{\"a\":true,\"b\":1}", "would not be signed")]
    [TestCase("[{\"name\":\"a\",\"type\":\"bool\"}]", "{}", "has no member \"a\"")]
    [TestCase("[{\"name\":\"a\",\"type\":\"bool\"}]", "{\"a\":true,\"a\":true}", "appears twice")]
    public void Parse_WhatWouldMislead_IsRefused(string fields, string message, string words)
    {
        string json = Document(fields, message);
        Assert.That(() => Parse(json), Throws.TypeOf<FaultException>().With.Message.Contains(words));
    }

    [TestCase("[")]
    [TestCase("{\"a\":")]
    public void Parse_DeepNesting_IsRefused(string piece)
    {
        string json = $"{{\"message\":{string.Concat(Enumerable.Repeat(piece, 100_000 / piece.Length))}";
        Assert.That(() => Parse(json), Throws.TypeOf<FaultException>());
    }

    [FsCheck.NUnit.Property(MaxTest = 2000)]
    public Property Parse_AnyBytes_GivesAValueOrAFault() =>
        ParserFuzz.Survives([Encoding.UTF8.GetBytes(Mail)], bytes => TypedData.Parse(bytes, "data.json").SigningHash());

    private static string Document(string fields, string message) => $$"""
        {
          "types": {"EIP712Domain": [{"name": "chainId", "type": "uint256"}], "A": {{fields}} },
          "primaryType": "A", "domain": {"chainId": 1}, "message": {{message}}
        }
        """;

    private static TypedData Parse(string json) => TypedData.Parse(Encoding.UTF8.GetBytes(json), "data.json");
}
