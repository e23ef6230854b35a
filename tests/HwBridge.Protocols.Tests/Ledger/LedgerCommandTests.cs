using HwBridge.Core.Bip32;
using HwBridge.Core.Bls;
using HwBridge.Core.Eip2334;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Ledger;
using HwBridge.Shared.Ledger;

namespace HwBridge.Protocols.Tests.Ledger;

/// <summary>Host commands against the recordings: they give the recorded APDUs and read the recorded answers.</summary>
internal sealed class LedgerCommandTests
{
    private const string ReviewedKey = "41a772ed2e6b56a0515564afd0de893d3d168a6974647fc15a0a07c0958c0ebbce1b99b37558f4df66a3990073f7fda7d4"
        + "000000000000000000000000000000000028"
        + "00000000000000000000000000000000000000000000000000000000000000000000000000000000";

    [Test]
    public void GetAppNameAndVersion_Recorded_IsEthereum()
    {
        GetAppNameAndVersionCommand command = default;

        Assert.That(Encode(command), Is.EqualTo("b001000000"));
        Assert.That(command.Parse(Answer("models_nanox_default", "b001000000")), Is.EqualTo(new AppInfo("Ethereum", "1.22.0")));
    }

    [TestCase("")]
    [TestCase("02")]
    [TestCase("01")]
    [TestCase("0108457468")]
    [TestCase("0108457468657265756d")]
    [TestCase("0108457468657265756d06312e32322e30")]
    [TestCase("0108457468657265756d06312e32322e3001")]
    [TestCase("0108457468657265756d06312e32322e30010000")]
    [TestCase("010006312e32322e300100")]
    [TestCase("0108457468651b65756d06312e32322e300100")]
    public void GetAppNameAndVersion_BrokenAnswer_IsProtocol(string answer) => AssertProtocol(default(GetAppNameAndVersionCommand), answer);

    [Test]
    public void GetAppConfiguration_Recorded_IsTheVersion()
    {
        GetAppConfigurationCommand command = default;
        AppConfiguration configuration = command.Parse(Answer("models_nanox_default", "e006000000"));

        Assert.That(Encode(command), Is.EqualTo("e006000000"));
        Assert.That(configuration.Version, Is.EqualTo(new Version(1, 22, 0)));
        Assert.That(configuration.Flags, Is.EqualTo(2));
        AssertProtocol(command, "020116");
        AssertProtocol(command, "0201160000");
    }

    [TestCase("m/44'/60'/0'/0/0", false, false)]
    [TestCase("m/44'/60'/0'/0/0", false, true)]
    [TestCase("m/44'/60'/0'/0/1", false, true)]
    [TestCase("m/44'/60'/0'/0/0", true, false)]
    [TestCase("m/44'/60'/0'/0/0", true, true)]
    public void GetPublicKey_Recorded_GivesTheRecordedApduAndReadsItsAnswer(string path, bool confirm, bool withChainCode)
    {
        GetPublicKeyCommand command = new(Parse(path), confirm, withChainCode);
        byte[] answer = Answer("get_public_key_default", Encode(command));
        EthereumAccountKey key = command.Parse(answer);

        Assert.Multiple(() =>
        {
            Assert.That(command.NeedsApproval, Is.EqualTo(confirm));
            Assert.That(key.PublicKey.ToArray(), Is.EqualTo(answer[1..66]));
            Assert.That(key.Address, path.EndsWith('0') ? Is.EqualTo("0xDad77910DbDFdE764fC21FCD4E74D71bBACA6D8D") : Does.StartWith("0x"));
            Assert.That(key.ChainCode.Length, Is.EqualTo(withChainCode ? 32 : 0));
        });
    }

    [Test]
    public void GetPublicKey_BrokenAnswer_IsProtocol()
    {
        GetPublicKeyCommand command = new(Parse("m/44'/60'/0'/0/0"));
        byte[] good = Answer("get_public_key_default", Encode(command));
        foreach ((int at, byte value) in ((int, byte)[])[(0, 0x40), (1, 0x02), (66, 0x29), (67, (byte)'g')])
        {
            byte[] bad = [.. good];
            bad[at] = value;
            AssertProtocol(command, Convert.ToHexString(bad));
        }

        AssertProtocol(command, Convert.ToHexString(good[..^1]));
        AssertProtocol(command, Convert.ToHexString([.. good, 0]));
    }

    [Test]
    public void GetEth2PublicKey_EveryRecordedValidatorPath_GivesTheRecordedApduAndReadsItsAnswer()
    {
        LedgerRecording recording = LedgerRecording.Load("eth2_pubkey_default");
        int read = 0;
        foreach (System.Text.Json.JsonElement check in recording.Root.GetProperty("checks").EnumerateArray())
        {
            if (!ValidatorKeyPath.TryParse(check.GetProperty("path").GetString(), out ValidatorKeyPath? path)
                || check.GetProperty("sw").GetString() != "9000")
            {
                continue;
            }

            bool confirm = check.GetProperty("format").GetString()!.StartsWith("41", StringComparison.Ordinal);
            GetEth2PublicKeyCommand command = new(path, confirm);
            BlsPublicKey key = command.Parse(Answer("eth2_pubkey_default", Encode(command)));

            Assert.That(key.ToString(), Is.EqualTo("0x" + check.GetProperty("eip2333_reference_pubkey").GetString()));
            read++;
        }

        Assert.That(read, Is.EqualTo(16));
    }

    [Test]
    public void GetEth2PublicKey_ConfirmedOnAnOlderApp_Reads48Bytes()
    {
        GetEth2PublicKeyCommand command = new(ValidatorKeyPath.Signing(0), Confirm: true);

        Assert.That(command.Parse(Convert.FromHexString(ReviewedKey).AsSpan(1, 48)).ToString(), Is.EqualTo($"0x{ReviewedKey[2..98]}"));
    }

    [Test]
    public void GetEth2PublicKey_AnyOtherLayout_IsProtocol()
    {
        GetEth2PublicKeyCommand silent = new(ValidatorKeyPath.Signing(0));
        GetEth2PublicKeyCommand confirmed = new(ValidatorKeyPath.Signing(0), Confirm: true);
        byte[] good = Convert.FromHexString(ReviewedKey);

        AssertProtocol(silent, ReviewedKey);
        for (int length = 0; length <= 108; length++)
        {
            if (length is not 48)
            {
                AssertProtocol(silent, Convert.ToHexString(new byte[length]));
            }

            if (length is not (48 or 107))
            {
                AssertProtocol(confirmed, Convert.ToHexString(((byte[])[.. good, 0]).AsSpan(0, length)));
            }
        }

        foreach (int at in (int[])[0, 1, 49, 65, 66, 67, 106])
        {
            byte[] bad = [.. good];
            bad[at] ^= 0x40;
            AssertProtocol(confirmed, Convert.ToHexString(bad));
        }
    }

    // Infinity; x not below p; no point has this x; on the curve but outside the subgroup.
    [TestCase("c00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000")]
    [TestCase("9a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab")]
    [TestCase("800000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000001")]
    [TestCase("800000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000004")]
    [TestCase("000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000")]
    public void GetEth2PublicKey_NoPublicKey_IsProtocol(string point)
    {
        AssertProtocol(new GetEth2PublicKeyCommand(ValidatorKeyPath.Signing(0)), point);
        AssertProtocol(new GetEth2PublicKeyCommand(ValidatorKeyPath.Signing(0), Confirm: true), $"41{point}{ReviewedKey[98..]}");
    }

    [Test]
    public void GetPrivacyPublicKey_Recorded_GivesTheRecordedApduAndReadsItsAnswer()
    {
        GetPrivacyPublicKeyCommand silent = new(Parse("m/44'/60'/12381'/0/0"));
        GetPrivacyPublicKeyCommand confirmed = silent with { Confirm = true };
        string key = "1ae3e28a2e8d7eb416a75c3dd19f0f3fb33134f3db602a1d271fc369abfd4e7d";

        Assert.Multiple(() =>
        {
            Assert.That(silent.Parse(Answer("age_identity_default", Encode(silent))).ToString(), Is.EqualTo(key));
            Assert.That(confirmed.Parse(Answer("age_identity_default", Encode(confirmed))).ToString(), Is.EqualTo(key));
            Assert.That(silent.NeedsApproval, Is.False);
            Assert.That(confirmed.NeedsApproval, Is.True);
        });
        AssertProtocol(silent, new string('0', 64));
        AssertProtocol(silent, key[2..]);
        AssertProtocol(silent, key + "00");
    }

    [Test]
    public void AgreePrivacySecret_Recorded_GivesTheRecordedApduAndReadsItsAnswer()
    {
        X25519PublicKey peer = new(Convert.FromHexString("5006c00a052b4513bea48bbf5237be843e475e154c889416cf050e5c9c86e57c"));
        AgreePrivacySecretCommand command = new(Parse("m/44'/60'/12381'/0/0"), peer);
        using SecretBuffer secret = command.Parse(Answer("age_identity_default", Encode(command)));

        Assert.That(Encode(command)[..8], Is.EqualTo("e0180101"));
        Assert.That(command.NeedsApproval, Is.True);
        Assert.That(Convert.ToHexStringLower(secret.Span), Is.EqualTo("a8c6d6833ab47b5adf55e4e2447d19cf35978c7e166b4f0a04c8ebd710b6ea58"));
    }

    [Test]
    public void AgreePrivacySecret_AllZeroOrWrongLength_IsProtocolAndLeavesNothingBehind()
    {
        int live = SecretBuffer.LiveCount;
        AgreePrivacySecretCommand command = new(Parse("m/44'/60'/12381'/0/0"), default);

        foreach (int length in (int[])[0, 1, 31, 32, 33, 64])
        {
            AssertProtocol(command, new string('0', 2 * length));
        }

        Assert.That(SecretBuffer.LiveCount, Is.EqualTo(live));
    }

    [Test]
    public void Encode_MoreThan255BytesOfData_Throws()
    {
        byte[] apdu = new byte[512];

        Assert.That(new CommandApdu(0xe0, 6, 0, 0, new byte[255]).Encode(apdu), Is.EqualTo(ApduLimits.MaxCommand));
        Assert.That(() => new CommandApdu(0xe0, 6, 0, 0, new byte[256]).Encode(apdu), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [FsCheck.NUnit.Property(MaxTest = 1000)]
    public void Parse_AnyBytes_IsAnAnswerOrProtocol(byte[] data)
    {
        Bip32Path path = Parse("m/44'/60'/0'/0/0");
        Try(default(GetAppNameAndVersionCommand));
        Try(default(GetAppConfigurationCommand));
        Try(new GetPublicKeyCommand(path));
        Try(new GetEth2PublicKeyCommand(ValidatorKeyPath.Signing(0), Confirm: true));
        Try(new GetPrivacyPublicKeyCommand(path));
        Try(new AgreePrivacySecretCommand(path, default));

        void Try<TAnswer>(ILedgerCommand<TAnswer> command)
        {
            try
            {
                (command.Parse(data) as IDisposable)?.Dispose();
            }
            catch (FaultException fault)
            {
                Assert.That(fault.Fault, Is.EqualTo(Fault.Protocol));
                Assert.That(fault.Message, Does.StartWith(command.Name));
            }
        }
    }

    private static Bip32Path Parse(string text) => Bip32Path.TryParse(text, out Bip32Path? path) ? path : throw new FormatException(text);

    private static string Encode<TAnswer>(ILedgerCommand<TAnswer> command)
    {
        byte[] apdu = new byte[ApduLimits.MaxCommand];
        return Convert.ToHexStringLower(apdu.AsSpan(0, command.Encode(apdu)));
    }

    /// <summary>The data that the recording has for exactly this APDU, approved.</summary>
    private static byte[] Answer(string recording, string apdu) => LedgerRecording.Load(recording).Exchanges
        .First(exchange => Convert.ToHexStringLower(exchange.Apdu) == apdu && exchange.UserAction != "reject").Response![..^2];

    private static void AssertProtocol<TAnswer>(ILedgerCommand<TAnswer> command, string answer) => Assert.That(
        () => command.Parse(Convert.FromHexString(answer)),
        Throws.TypeOf<FaultException>().With.Property(nameof(FaultException.Fault)).EqualTo(Fault.Protocol),
        $"{command.Name} {answer}");
}
