using System.Globalization;
using System.Numerics;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using HwBridge.Core.Execution;
using HwBridge.Core.Faults;
using HwBridge.Core.Signing;
using HwBridge.Core.Ssz;

namespace HwBridge.Core.Tests.Execution;

internal sealed class EthereumTransactionTests
{
    /// <summary>What the makers' app 1.22.0 signed for m/44'/60'/0'/0/0 (protocols/ledger/vectors/sign_tx_transfer_default.json).</summary>
    private const string Signer = "0xDad77910DbDFdE764fC21FCD4E74D71bBACA6D8D";
    private const string FeeMarket =
        "02ef011b84117418c284117418c2825208945a321744667052affa8386ed49e00ef223cbffc38810a741a46278000080c0";
    private const string FeeMarketSignature =
        "9a9451d8761f4ea8f0ede9fbf1e334931a1192d25ffcbc466ade029138f2d07c45535e522bebea1d5521b0d7b99c824c0d6d60e865f0e9be1a266d29e239391800";

    private static readonly byte[][] Encoded =
    [
        Convert.FromHexString(FeeMarket),
        Transaction(TransactionKind.FeeMarket).EncodeSigned(Signature(FeeMarketSignature)),
        Transaction(TransactionKind.Legacy).EncodeSigned(Signature(FeeMarketSignature)),
        Transaction(TransactionKind.Legacy).Encode(),
    ];

    [Test]
    public void Recover_WhatTheAppSigned_IsItsAccount()
    {
        var transaction = EthereumTransaction.Decode(Convert.FromHexString(FeeMarket), "tx");
        ExecutionAddress? signer = Signature(FeeMarketSignature).Recover(transaction.SigningHash());
        Assert.That(signer?.ToChecksumString(), Is.EqualTo(Signer));
        Assert.That(transaction.ChainId, Is.EqualTo(1));
        Assert.That(transaction.Value, Is.EqualTo(BigInteger.Parse("1200000000000000000", CultureInfo.InvariantCulture)));
    }

    [Test]
    public void RequireFrom_OneBitOther_IsAProtocolFault()
    {
        Bytes32 digest = EthereumTransaction.Decode(Convert.FromHexString(FeeMarket), "tx").SigningHash();
        Assert.That(ExecutionAddress.TryParse(Signer, out ExecutionAddress signer));
        byte[] signature = Convert.FromHexString(FeeMarketSignature);
        Assert.That(() => Signature(FeeMarketSignature).RequireFrom(signer, digest, "a"), Throws.Nothing);
        for (int bit = 0; bit < 8 * 64; bit++)
        {
            byte[] changed = [.. signature];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            FaultException fault = Assert.Throws<FaultException>(
                () => EthereumSignature.TryDecode(changed)!.Value.RequireFrom(signer, digest, "a"))!;
            Assert.That(fault.Fault, Is.EqualTo(Fault.Protocol));
        }

        // The other S of the same signature is one that the chain refuses (EIP-2).
        BigInteger order = BigInteger.Parse("115792089237316195423570985008687907852837564279074904382605163141518161494337", CultureInfo.InvariantCulture);
        byte[] other = (order - new BigInteger(signature.AsSpan(32, 32), isUnsigned: true, isBigEndian: true)).ToByteArray(true, true);
        other.CopyTo(signature.AsSpan(32));
        signature[64] ^= 1;
        Assert.That(EthereumSignature.TryDecode(signature)!.Value.Recover(digest), Is.Null);
    }

    [TestCase(TransactionKind.FeeMarket)]
    [TestCase(TransactionKind.AccessList)]
    [TestCase(TransactionKind.Legacy)]
    public void Decode_Encoded_GivesTheSame(TransactionKind kind)
    {
        EthereumTransaction transaction = Transaction(kind);
        EthereumSignature signature = Signature(FeeMarketSignature);
        (EthereumTransaction decoded, EthereumSignature found) = EthereumTransaction.DecodeSigned(transaction.EncodeSigned(signature), "tx");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(found, Is.EqualTo(signature));
            Assert.That(decoded.Encode(), Is.EqualTo(transaction.Encode()));
            Assert.That(EthereumTransaction.Decode(transaction.Encode(), "tx").EncodeSigned(signature), Is.EqualTo(transaction.EncodeSigned(signature)));
            Assert.That(() => EthereumTransaction.Decode(transaction.EncodeSigned(signature), "tx"), Throws.TypeOf<FaultException>());
        }
    }

    [TestCase("01c0", "list of 8 or 11")]
    [TestCase("03c0", "type 3")]
    [TestCase("02c0", "list of 9 or 12")]
    [TestCase("c0", "list of 9")]
    [TestCase("e980808080808080808000", "after its end")]
    [TestCase("c9808080808080808080", "names no chain")]
    [TestCase("c98080808080801b0101", "names no chain")]
    [TestCase("ca80820001808080808080", "must be")]
    public void Decode_NotOurs_IsRefused(string hex, string words)
    {
        FaultException fault = Assert.Throws<FaultException>(() => EthereumTransaction.Decode(Convert.FromHexString(hex), "tx"))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.BadInput));
        Assert.That(fault.Message, Does.Contain(words).Or.Contains("announces"));
    }

    [FsCheck.NUnit.Property(MaxTest = 2000)]
    public Property Decode_AnyBytes_GivesAValueOrAFault() => ParserFuzz.Survives(Encoded, bytes =>
    {
        EthereumTransaction decoded;
        try
        {
            decoded = EthereumTransaction.Decode(bytes, "tx");
        }
        catch (FaultException)
        {
            (decoded, EthereumSignature signature) = EthereumTransaction.DecodeSigned(bytes, "tx");
            Assert.That(decoded.EncodeSigned(signature), Is.EqualTo(bytes), "one encoding for each transaction");
            return;
        }

        Assert.That(decoded.Encode(), Is.EqualTo(bytes), "one encoding for each transaction");
    });

    /// <summary>The examples of EIP-55.</summary>
    [TestCase("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")]
    [TestCase("0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359")]
    [TestCase("0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB")]
    [TestCase("0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb")]
    public void Address_WithChecksum_IsHeldToIt(string text)
    {
        Assert.That(ExecutionAddress.TryParse(text, out ExecutionAddress address));
        Assert.That(address.ToChecksumString(), Is.EqualTo(text));
        Assert.That(ExecutionAddress.TryParse(text.ToLowerInvariant(), out _));
        int letter = text.AsSpan(2).IndexOfAnyInRange('a', 'f') + 2;
        char[] wrong = text.ToCharArray();
        wrong[letter] = char.ToUpperInvariant(wrong[letter]);
        Assert.That(ExecutionAddress.TryParse(new string(wrong), out _), Is.False);
    }

    /// <summary>protocols/ledger/vectors/personal_sign_default.json.</summary>
    [Test]
    public void PersonalMessage_WhatTheAppSigned_IsItsAccount()
    {
        const string Signed =
            "4d1cd9260c1291de41dc6a44a5faacb30f83f22861bb542afbb608fa1290c8b07d6f5c9fa085e7efec60759098b0b53c8c5e8cedd0ba7460b2d4a97576042a4d1c";
        Bytes32 digest = PersonalMessage.SigningHash(Encoding.ASCII.GetBytes("Hello, validator!"));
        Assert.That(Signature(Signed).Recover(digest)?.ToChecksumString(), Is.EqualTo(Signer));
    }

    private static EthereumSignature Signature(string hex) => EthereumSignature.TryDecode(Convert.FromHexString(hex))!.Value;

    private static EthereumTransaction Transaction(TransactionKind kind) => new()
    {
        Kind = kind,
        ChainId = 560048,
        Nonce = 0,
        MaxFeePerGas = 30_000_000_000,
        MaxPriorityFeePerGas = kind == TransactionKind.FeeMarket ? 1_000_000_000 : 0,
        GasLimit = 21000,
        To = new ExecutionAddress(Enumerable.Range(1, 20).Select(i => (byte)i).ToArray()),
        Value = BigInteger.Parse("32000000000000000000", CultureInfo.InvariantCulture),
        Data = new byte[300],
        AccessList = kind == TransactionKind.Legacy ? [] : [new AccessListEntry(default, [default, new Bytes32(new byte[32])]), new AccessListEntry(default, [])],
    };
}
