using Google.Protobuf;
using HwBridge.Emulators.Screens;
using HwBridge.Emulators.Seeds;
using HwBridge.Emulators.Trezor;
using HwBridge.Protocols.Trezor.Messages;

namespace HwBridge.Emulators.Tests.Trezor;

/// <summary>What the recordings don't show, or show for one seed only.</summary>
[TestFixture(TrezorFlavour.Legacy)]
[TestFixture(TrezorFlavour.Core)]
public sealed class SoftwareTrezorTests(TrezorFlavour flavour)
{
    private const string Abandon =
        "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";

    private static readonly uint[] Account = [44 | Slip10Node.Hardened, 60 | Slip10Node.Hardened, Slip10Node.Hardened, 0, 0];

    private bool IsCore => flavour == TrezorFlavour.Core;

    [TestCase("all all all all all all all all all all all all", "0x73d0385F4d8E00C5e6504C6030F47BF6212736A8")]
    [TestCase(Abandon, "0x9858EfFD232B4033E47d90003D41EC34EcaEda94")]
    [TestCase("zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo wrong", "0xfc2077CA7F403cBECA41B1B0F62D91B5EA631B5E")]
    public void EthereumGetAddress_AnySeed_GivesItsAddress(string mnemonic, string address)
    {
        using DeviceBench bench = Ready(new() { Mnemonic = Bip39Mnemonic.Parse(mnemonic) });
        bench.Send(MessageType.EthereumGetAddress, new EthereumGetAddress { AddressN = { Account } });
        Assert.That(bench.Take(EthereumAddress.Parser).Address, Is.EqualTo(address));
    }

    [Test]
    public void Initialize_ElevenSessions_ForgetsTheOneUnusedForLongest()
    {
        using DeviceBench bench = Ready(new() { Mnemonic = Bip39Mnemonic.Parse(Abandon), PassphraseProtection = true });
        byte[] first = Start(bench, [], fresh: 1);
        byte[] second = Start(bench, [], fresh: 2);
        for (byte i = 3; i <= 10; i++)
        {
            Start(bench, [], fresh: i);
        }

        Start(bench, first, fresh: null);
        Start(bench, [], fresh: 11);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Start(bench, first, fresh: null), Is.EqualTo(first), "used again, so kept");
            Assert.That(Start(bench, second, fresh: 12), Is.Not.EqualTo(second), "unused for longest, so gone");
        }
    }

    [Test]
    public void EveryKeyRequest_DeviceWithoutSeed_IsRefusedAsNotInitialized()
    {
        using DeviceBench bench = Ready(new());
        IdentityType identity = new() { Host = "example.org" };
        Dictionary<MessageType, IMessage> requests = new()
        {
            [MessageType.GetPublicKey] = new GetPublicKey(),
            [MessageType.CipherKeyValue] = new CipherKeyValue { Key = "k", Value = ByteString.CopyFrom(new byte[16]) },
            [MessageType.GetEcdhSessionKey] =
                new GetECDHSessionKey { Identity = identity, PeerPublicKey = ByteString.CopyFrom(new byte[33]) },
            [MessageType.SignIdentity] = new SignIdentity { Identity = identity },
            [MessageType.EthereumGetAddress] = new EthereumGetAddress { AddressN = { Account } },
            [MessageType.EthereumGetPublicKey] = new EthereumGetPublicKey { AddressN = { Account } },
        };
        foreach ((MessageType type, IMessage request) in requests)
        {
            bench.Send(type, request);
            Assert.That(bench.Take(Failure.Parser).Code, Is.EqualTo(FailureType.NotInitialized), type.ToString());
        }
    }

    [Test]
    public void LoadDevice_SetUpOrMisspelled_IsRefused()
    {
        using DeviceBench full = Ready(new() { Mnemonic = Bip39Mnemonic.Parse(Abandon) });
        full.Send(MessageType.LoadDevice, new LoadDevice { Mnemonics = { Abandon } });
        Assert.That(full.Take(Failure.Parser).Code, Is.EqualTo(FailureType.UnexpectedMessage));

        using DeviceBench blank = Ready(new());
        blank.Send(MessageType.LoadDevice, new LoadDevice { Mnemonics = { Abandon.Replace("about", "zoo", StringComparison.Ordinal) } });
        Approve(blank);
        Assert.That(blank.Take(Failure.Parser).Code, Is.EqualTo(IsCore ? FailureType.ProcessError : FailureType.DataError));
        blank.Send(MessageType.GetFeatures, new GetFeatures());
        Assert.That(blank.Take(Features.Parser).Initialized, Is.False);
    }

    [Test]
    public void Unlock_WrongPins_CostTwiceTheTimeEach()
    {
        using DeviceBench bench = Ready(new() { Mnemonic = Bip39Mnemonic.Parse(Abandon), Pin = "4321" });
        bench.Send(MessageType.EthereumGetAddress, new EthereumGetAddress { AddressN = { Account } });
        foreach (string pin in (string[])["1111", "2222", "3333", "44", "4321"])
        {
            EnterPin(bench, pin);
            if (!IsCore && pin != "4321")
            {
                Assert.That(bench.Take(Failure.Parser).Code, Is.EqualTo(FailureType.PinInvalid));
                bench.Send(MessageType.EthereumGetAddress, new EthereumGetAddress { AddressN = { Account } });
            }
        }

        bench.Take(EthereumAddress.Parser);
        Assert.That(bench.Clock.Waits.Select(wait => wait.TotalSeconds), Is.EqualTo((double[])[1, 3, 7, 15]));

        // The right one wipes the slate.
        bench.Send(MessageType.LockDevice, new LockDevice());
        bench.Take(Success.Parser);
        bench.Send(MessageType.EthereumGetAddress, new EthereumGetAddress { AddressN = { Account } });
        EnterPin(bench, "4321");
        bench.Take(EthereumAddress.Parser);
        Assert.That(bench.Clock.Waits, Has.Count.EqualTo(4));
    }

    [Test]
    public void Confirm_HostCancels_TakesTheReviewOffTheScreen()
    {
        using DeviceBench bench = Ready(new());
        bench.Send(MessageType.Ping, new Ping { Message = "look", ButtonProtection = true });
        bench.Take(ButtonRequest.Parser);
        bench.Send(MessageType.ButtonAck, new ButtonAck());
        Assert.That(bench.Person.IsAsked, Is.True);
        bench.Send(MessageType.Cancel, new Cancel());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(bench.Take(Failure.Parser).Code, Is.EqualTo(FailureType.ActionCancelled));
            Assert.That(bench.Person.IsAsked, Is.False);
        }
    }

    [Test]
    public void Screens_EveryOne_ShowTheBannerAndWhatIsAskedFor()
    {
        using DeviceBench bench = Ready(new() { Mnemonic = Bip39Mnemonic.Parse(Abandon) });
        bench.Send(
            MessageType.GetEcdhSessionKey,
            new GetECDHSessionKey
            {
                Identity = new IdentityType { Proto = "age", User = "me", Host = "hwbridge", Port = "1", Path = "/p" },
                PeerPublicKey = ByteString.CopyFrom([0x40, .. new byte[32]]),
                EcdsaCurveName = "curve25519",
            });
        Approve(bench);
        bench.Take(ECDHSessionKey.Parser);
        string[] lines = [.. bench.Person.Shown.Single().Lines];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(lines[0], Is.EqualTo(ScreenReview.Banner));
            Assert.That(lines[1], Does.StartWith(IsCore ? "Trezor Model T" : "Trezor Model One"));
            Assert.That(lines[2], Does.EndWith("age://me@hwbridge:1/p"));
        }
    }

    [TestCase(0u, "xpub", "pkh([")]
    [TestCase(3u, "zpub", "wpkh([")]
    [TestCase(4u, "ypub", "sh(wpkh([")]
    [TestCase(5u, "xpub", "tr([")]
    public void GetPublicKey_ScriptType_ChoosesPrefixAndDescriptor(uint scriptType, string prefix, string descriptor)
    {
        using DeviceBench bench = Ready(new() { Mnemonic = Bip39Mnemonic.Parse(Abandon) });
        GetPublicKey request = new() { AddressN = { Account[..3] }, CoinName = "Bitcoin", ScriptType = scriptType };
        bench.Send(MessageType.GetPublicKey, request);
        PublicKey magic = bench.Take(PublicKey.Parser);
        request.IgnoreXpubMagic = true;
        bench.Send(MessageType.GetPublicKey, request);
        PublicKey plain = bench.Take(PublicKey.Parser);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(magic.Xpub, Does.StartWith(prefix));
            Assert.That(magic.Descriptor_, Does.StartWith(descriptor).And.Contains(plain.Xpub));
            Assert.That(plain.Xpub, Does.StartWith("xpub"));
        }
    }

    [Test]
    public void CipherKeyValue_LongestValueAndOneBlockMore_IsBoundedOnLegacyOnly()
    {
        using DeviceBench bench = Ready(new() { Mnemonic = Bip39Mnemonic.Parse(Abandon) });
        foreach (int length in (int[])[1024, 1040])
        {
            bench.Send(MessageType.CipherKeyValue, new CipherKeyValue { Key = "k", Value = ByteString.CopyFrom(new byte[length]) });
            (MessageType type, byte[] payload) = bench.TakeMessage();
            Assert.That(type, Is.EqualTo(length == 1024 || IsCore ? MessageType.CipheredKeyValue : MessageType.Failure));
            if (type == MessageType.CipheredKeyValue)
            {
                Assert.That(CipheredKeyValue.Parser.ParseFrom(payload).Value, Has.Length.EqualTo(length));
            }
        }
    }

    [Test]
    public void ChangePinAndApplySettings_ByFlavour_ChangeTheModelOneOnly()
    {
        using DeviceBench bench = Ready(new() { Mnemonic = Bip39Mnemonic.Parse(Abandon), Pin = "11" });
        bench.Send(MessageType.ApplySettings, new ApplySettings { Label = "mine", UsePassphrase = true });
        if (IsCore)
        {
            // Locked, and still no question for the PIN: the command is not known here.
            Assert.That(bench.Take(Failure.Parser).Code, Is.EqualTo(FailureType.UnexpectedMessage));
            bench.Send(MessageType.ChangePin, new ChangePin { Remove = true });
            Assert.That(bench.Take(Failure.Parser).Code, Is.EqualTo(FailureType.UnexpectedMessage));
            return;
        }

        Approve(bench);
        Approve(bench);
        EnterPin(bench, "11");
        bench.Take(Success.Parser);
        bench.Send(MessageType.ChangePin, new ChangePin { Remove = true });
        Approve(bench);
        EnterPin(bench, "11");
        bench.Take(Success.Parser);
        bench.Send(MessageType.GetFeatures, new GetFeatures());
        Features features = bench.Take(Features.Parser);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(features.Label, Is.EqualTo("mine"));
            Assert.That(features.PassphraseProtection, Is.True);
            Assert.That(features.PinProtection, Is.False);
        }
    }

    private static byte[] Start(DeviceBench bench, byte[] id, byte? fresh)
    {
        bench.Randomness.SessionId = fresh is { } value ? [.. Enumerable.Repeat(value, 32)] : null;
        bench.Send(MessageType.Initialize, new Initialize { SessionId = ByteString.CopyFrom(id) });
        return bench.Take(Features.Parser).SessionId.ToByteArray();
    }

    private static void Approve(DeviceBench bench)
    {
        bench.Take(ButtonRequest.Parser);
        bench.Send(MessageType.ButtonAck, new ButtonAck());
        bench.Person.Press(true);
    }

    private void EnterPin(DeviceBench bench, string pin)
    {
        if (IsCore)
        {
            Assert.That(bench.Take(ButtonRequest.Parser).Code, Is.EqualTo(ButtonRequestType.PinEntry));
            bench.Send(MessageType.ButtonAck, new ButtonAck());
            bench.Person.Type(pin);
        }
        else
        {
            // The keypad of the bench is not shuffled.
            bench.Take(PinMatrixRequest.Parser);
            bench.Send(MessageType.PinMatrixAck, new PinMatrixAck { Pin = pin });
        }
    }

    private DeviceBench Ready(SoftwareTrezorOptions options)
    {
        DeviceBench bench = new(options with { Flavour = flavour });
        Start(bench, [], fresh: 0);
        return bench;
    }
}
