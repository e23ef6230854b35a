using Google.Protobuf;
using HwBridge.Core.Eip2334;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Secrets;
using HwBridge.Devices.Trezor;
using HwBridge.Protocols.Trezor;
using HwBridge.Protocols.Trezor.Messages;
using HwBridge.Shared.Trezor;

namespace HwBridge.Devices.Tests.Trezor;

public sealed class TrezorKeyStoreTests
{
    private const KeyStoreCapabilities All =
        KeyStoreCapabilities.ValidatorKeys | KeyStoreCapabilities.Sealing | KeyStoreCapabilities.SeedCheck
        | KeyStoreCapabilities.ExecutionSigning;

    private int _live;

    [SetUp]
    public void CountSecrets() => _live = SecretBuffer.LiveCount;

    [TearDown]
    public void NoSecretIsLeft() => Assert.That(SecretBuffer.LiveCount, Is.EqualTo(_live));

    [TestCase("device_rooted_all", "Model One", "1.14.2")]
    [TestCase("core289_device_rooted_all", "Model T", "2.8.9")]
    public async Task Open_RecordedFirmware_TellsWhatItIs(string name, string model, string firmware)
    {
        await using TrezorKeyStore store = await Trezors.OpenStoreAsync(new RecordedTrezor(Recording.Named(name)).Device);
        Assert.That(store.Info, Is.EqualTo(new KeyStoreInfo(
            "trezor+udp://scripted:21324",
            "trezor",
            model,
            firmware,
            null,
            KeyStoreState.Ready,
            All,
            KeyOrigin.DeviceRooted)));
    }

    [TestCase("bootloader", KeyStoreState.Bootloader, KeyStoreCapabilities.None)]
    [TestCase("without a seed", KeyStoreState.Unknown, KeyStoreCapabilities.None)]
    [TestCase("without generic cryptography", KeyStoreState.Ready, KeyStoreCapabilities.SeedCheck | KeyStoreCapabilities.ExecutionSigning)]
    [TestCase("locked", KeyStoreState.Locked, All)]
    [TestCase("old", KeyStoreState.Ready, All)]
    public async Task Open_DeviceInAnyState_ShowsWhatItCanDoNow(string state, KeyStoreState expected, KeyStoreCapabilities capabilities)
    {
        ScriptedTrezor device = new();
        switch (state)
        {
            case "bootloader":
                device.Features.BootloaderMode = true;
                break;
            case "without a seed":
                device.Features.Initialized = false;
                break;
            case "without generic cryptography":
                device.Features.Capabilities.Remove(5);
                break;
            case "locked":
                device.Features.Unlocked = false;
                break;
            default:
                device.Features.Capabilities.Clear();
                device.Features.ClearUnlocked();
                device.Features.ClearInternalModel();
                break;
        }

        await using TrezorKeyStore store = await Trezors.OpenStoreAsync(device);
        Assert.That((store.Info.State, store.Info.Capabilities), Is.EqualTo((expected, capabilities)));
        Assert.That(store.Info.Model, Is.EqualTo("Model One"));
        Assert.That(store.TryGet<ISealing>(out _), Is.EqualTo(capabilities == All));
        Assert.That(store.TryGet<IValidatorKeys>(out _), Is.EqualTo(capabilities == All));
        Assert.That(store.TryGet<IKeyStore>(out _), Is.False);
        Assert.That(
            store.Info.ValidatorKeyOrigin,
            Is.EqualTo(capabilities == All ? KeyOrigin.DeviceRooted : KeyOrigin.None));
    }

    [Test]
    public async Task Open_ModelNameOfADevice_IsCutAndMadePrintable()
    {
        ScriptedTrezor device = new();
        device.Features.InternalModel = "\u001b[31mX" + new string('y', 1000);
        await using TrezorKeyStore store = await Trezors.OpenStoreAsync(device);
        Assert.That(store.Info.Model, Has.Length.EqualTo(32).And.StartWith("?[31mX"));
    }

    [TestCase("device_rooted_all")]
    [TestCase("core289_device_rooted_all")]
    public async Task GetPublicKeys_RecordedDevice_GivesTheKeysOfTheSpecification(string name)
    {
        foreach ((uint account, string[] expected) in ((uint, string[])[])
        [
            (0,
            [
                "87d5e9cc30b75468237cc84629f1d55bb5651303d0b88bd11e66af06d0e2e4ca50feb96d2847078ec7ef04563dd5f73d",
                "a716f1d43ad6cb3ae730f888a904c2bbed1948c17679a19776e246949f54221bdced673e55a22eac78e19ab24f79bba8",
                "90e8030f62d00478251be122a551052812e4739267e8e273568b3873551a17cd0707047f1c5b8767477b6f5b791e2a23",
            ]),
            (1, ["8f54558b6fd7ddc4a1d9a894a6c196f70083393c87740b6c8f251b5618255085a69b9aa72a2a615233121d6b0dc8de85"]),
        ])
        {
            RecordedTrezor player = new(Recording.Named(name));
            ScriptedPerson person = new();
            await using TrezorKeyStore store = await Trezors.OpenStoreAsync(player.Device, person, new TrezorOptions { Account = account });
            player.PassUntil(MessageType.CipherKeyValue, (int)account);
            IValidatorKeys keys = store.Get<IValidatorKeys>();
            Assert.That((keys.Origin, keys.CanConfirm), Is.EqualTo((KeyOrigin.DeviceRooted, false)));

            int live = SecretBuffer.LiveCount;
            List<DerivedKey> derived = [];
            IEnumerable<ValidatorKeyPath> paths = Enumerable.Range(0, expected.Length).Select(i => ValidatorKeyPath.Signing((uint)i));
            await foreach (DerivedKey key in keys.GetPublicKeysAsync(paths, false, default))
            {
                derived.Add(key);
            }

            Assert.That(derived.Select(key => key.PublicKey.ToString()), Is.EqualTo(expected.Select(key => "0x" + key)));
            Assert.That(derived.Select(key => key.ConfirmedOnDevice), Is.All.False);
            int confirmations = player.Device.Heard.Count(message => message.Type == MessageType.CipherKeyValue);
            Assert.That(confirmations, Is.EqualTo(1));
            Assert.That(person.Told, Has.Some.Contains($"\"HwBridge: validator keys #{account}\""));
            Assert.That(SecretBuffer.LiveCount, Is.EqualTo(live), "the secret is gone with the enumeration");
        }
    }

    [Test]
    public async Task GetPublicKeys_StoppedOrEmptyOrToBeConfirmed_LeavesNothingBehind()
    {
        ScriptedTrezor device = CipherAnswer(Enumerable.Range(1, 64).Select(i => (byte)i).ToArray());
        await using TrezorKeyStore store = await Trezors.OpenStoreAsync(device);
        IValidatorKeys keys = store.Get<IValidatorKeys>();
        int live = SecretBuffer.LiveCount;

        Assert.That(await CountAsync(keys, []), Is.Zero);
        Assert.That(device.Heard.Any(message => message.Type == MessageType.CipherKeyValue), Is.False, "nothing to derive, nothing to ask");

        ValidatorKeyPath[] paths = [ValidatorKeyPath.Withdrawal(7), ValidatorKeyPath.Signing(8)];
        await foreach (DerivedKey key in keys.GetPublicKeysAsync(paths, false, default))
        {
            Assert.That(key.Path, Is.EqualTo(ValidatorKeyPath.Withdrawal(7)));
            break;
        }

        Assert.That(SecretBuffer.LiveCount, Is.EqualTo(live));
        int heard = device.Heard.Count;
        Assert.That(
            async () => await keys.GetPublicKeysAsync([ValidatorKeyPath.Signing(0)], true, default).GetAsyncEnumerator().MoveNextAsync(),
            Throws.TypeOf<FaultException>().With.Property("Fault").EqualTo(Fault.Unsupported));
        Assert.That(device.Heard, Has.Count.EqualTo(heard));
    }

    [Test]
    public async Task GetPublicKeys_ZerosSentBackOrAnotherLength_AreRefused([Values(64, 48)] int length)
    {
        await using TrezorKeyStore store = await Trezors.OpenStoreAsync(CipherAnswer(new byte[length]));
        Assert.That(
            async () => await CountAsync(store.Get<IValidatorKeys>(), [ValidatorKeyPath.Signing(0)]),
            Throws.TypeOf<FaultException>().With.Property("Fault").EqualTo(Fault.Protocol));
    }

    [TestCase("age_identity_all")]
    [TestCase("core289_age_identity_all")]
    public async Task Agree_RecordedDevice_GivesTheRecordedSecret(string name)
    {
        Recording recording = Recording.Named(name);
        byte[] request = recording.Messages.First(message => message.Type == (int)MessageType.GetEcdhSessionKey).Payload!;
        byte[] answer = recording.Messages.First(message => message.Type == (int)MessageType.EcdhSessionKey).Payload!;
        X25519PublicKey peer = new(GetECDHSessionKey.Parser.ParseFrom(request).PeerPublicKey.Span[1..]);

        RecordedTrezor player = new(recording);
        ScriptedPerson person = new();
        await using TrezorKeyStore store = await Trezors.OpenStoreAsync(player.Device, person);
        ISealing sealing = store.Get<ISealing>();
        X25519PublicKey key = await sealing.GetPublicKeyAsync(confirm: false, default);
        Assert.That(key.ToString(), Is.EqualTo(Recording.ReadJson(name).GetProperty("device_public_key").GetString()));
        Assert.That(person.Told, Is.Empty, "reading the key is silent");

        using SecretBuffer secret = await sealing.AgreeAsync(peer, default);
        Assert.That(secret.Span.ToArray(), Is.EqualTo(ECDHSessionKey.Parser.ParseFrom(answer).SessionKey.ToByteArray()[1..]));
        Assert.That(person.Told, Has.Some.Contains("age://hwbridge"));
        Assert.That(player.NextOfHost, Is.Null, "all of the recording was played");
    }

    [Test]
    public async Task GetPublicKey_Confirmed_ShowsTheOnlyFormThatATrezorHas([Values] bool other)
    {
        Recording recording = Recording.Named("age_identity_all");
        byte[] answer = recording.Messages.First(message => message.Type == (int)MessageType.PublicKey).Payload!;
        ScriptedTrezor device = new();
        device.Answer = (type, payload) =>
        {
            if (type == MessageType.GetPublicKey && GetPublicKey.Parser.ParseFrom(payload).ShowDisplay)
            {
                device.Say(MessageType.ButtonRequest, [8, 11]);
            }
            else if (type == MessageType.GetPublicKey)
            {
                device.Say(MessageType.PublicKey, answer);
            }
            else if (type == MessageType.ButtonAck)
            {
                PublicKey shown = PublicKey.Parser.ParseFrom(answer);
                shown.Xpub = other ? "x" + shown.Xpub : shown.Xpub;
                device.Say(MessageType.PublicKey, shown);
            }
            else
            {
                return false;
            }

            return true;
        };
        ScriptedPerson person = new();
        await using TrezorKeyStore store = await Trezors.OpenStoreAsync(device, person);
        ISealing sealing = store.Get<ISealing>();
        if (other)
        {
            Assert.That((await Trezors.FaultOfAsync(sealing.GetPublicKeyAsync(confirm: true, default))).Fault, Is.EqualTo(Fault.Protocol));
        }
        else
        {
            X25519PublicKey key = await sealing.GetPublicKeyAsync(confirm: true, default);
            Assert.That(key.ToString(), Is.EqualTo(Recording.ReadJson(recording.Name).GetProperty("device_public_key").GetString()));
        }

        Assert.That(person.Told, Has.Some.Contains("can't show an age recipient").And.Contains(PublicKey.Parser.ParseFrom(answer).Xpub));
    }

    [Test]
    public async Task Agree_KeyOfAnotherWallet_IsRefused()
    {
        byte[] key = Recording.Named("age_identity_all").Messages.First(message => message.Type == (int)MessageType.PublicKey).Payload!;
        ScriptedTrezor device = new();
        device.Answer = (type, _) =>
        {
            switch (type)
            {
                case MessageType.GetPublicKey:
                    device.Say(MessageType.PublicKey, key);
                    return true;
                case MessageType.GetEcdhSessionKey:
                    device.Say(MessageType.EcdhSessionKey, new ECDHSessionKey
                    {
                        SessionKey = ByteString.CopyFrom([4, .. Enumerable.Repeat((byte)9, 32)]),
                        PublicKey = ByteString.CopyFrom([0, .. Enumerable.Repeat((byte)8, 32)]),
                    });
                    return true;
                default:
                    return false;
            }
        };
        await using TrezorKeyStore store = await Trezors.OpenStoreAsync(device);
        FaultException fault = await Trezors.FaultOfAsync(store.Get<ISealing>().AgreeAsync(default, default));
        Assert.That(fault.Fault, Is.EqualTo(Fault.CannotDecrypt));
    }

    [Test]
    public async Task GetPublicKey_OtherWalletMeanwhile_IsRefusedAndTheFirstStays()
    {
        byte[] recorded = Recording.Named("age_identity_all").Messages
            .First(message => message.Type == (int)MessageType.PublicKey).Payload!;
        ScriptedTrezor device = new();
        PublicKey answer = PublicKey.Parser.ParseFrom(recorded);
        device.Answer = (type, _) =>
        {
            if (type == MessageType.GetPublicKey)
            {
                device.Say(MessageType.PublicKey, answer);
            }

            return type == MessageType.GetPublicKey;
        };
        await using TrezorKeyStore store = await Trezors.OpenStoreAsync(device);
        ISealing sealing = store.Get<ISealing>();
        X25519PublicKey first = await sealing.GetPublicKeyAsync(confirm: false, default);

        HDNodeType other = answer.Node.Clone();
        other.PublicKey = ByteString.CopyFrom([0, .. Enumerable.Repeat((byte)9, 32)]);
        answer = new PublicKey
        {
            Node = other,
            Xpub = ExtendedPublicKey.Format(
                (byte)other.Depth, other.Fingerprint, other.ChildNum, other.ChainCode.Span, other.PublicKey.Span),
        };
        FaultException fault = await Trezors.FaultOfAsync(sealing.GetPublicKeyAsync(confirm: false, default));
        Assert.That(fault.Fault, Is.EqualTo(Fault.CannotDecrypt));
        fault = await Trezors.FaultOfAsync(sealing.GetPublicKeyAsync(confirm: false, default));
        Assert.That(fault.Fault, Is.EqualTo(Fault.CannotDecrypt));

        answer = PublicKey.Parser.ParseFrom(recorded);
        Assert.That(await sealing.GetPublicKeyAsync(confirm: false, default), Is.EqualTo(first));
    }

    [Test]
    public async Task Require_DeviceWithoutASeed_SaysToSetItUp()
    {
        ScriptedTrezor device = new();
        device.Features.Initialized = false;
        await using TrezorKeyStore store = await Trezors.OpenStoreAsync(device);
        FaultException fault = Assert.Throws<FaultException>(() => store.Require<ISealing>("open backups"))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.Unsupported));
        Assert.That(fault.Message, Does.Contain(store.Info.Uri).And.Contain("open backups").And.Contain("holds no seed"));
        Assert.That(fault.Remedy, Does.Contain("Set it up first"));
    }

    [TestCase("04_ecdh_reject")]
    [TestCase("core289_04_ecdh_reject")]
    public async Task Run_RejectedOnTheDevice_IsUserRejected(string name)
    {
        RecordedTrezor player = new(Recording.Named(name));
        await using TrezorSession session = await Trezors.OpenAsync(player.Device);
        RecordedMessage request = player.NextOfHost!;
        RecordedCommand command = new((MessageType)request.Type!, MessageType.EcdhSessionKey, request.Payload!);
        Assert.That((await Trezors.FaultOfAsync(session.RunAsync(command, null, default))).Fault, Is.EqualTo(Fault.UserRejected));
    }

    private static async Task<int> CountAsync(IValidatorKeys keys, ValidatorKeyPath[] paths)
    {
        int count = 0;
        await foreach (DerivedKey _ in keys.GetPublicKeysAsync(paths, false, default))
        {
            count++;
        }

        return count;
    }

    private static ScriptedTrezor CipherAnswer(byte[] value)
    {
        ScriptedTrezor device = new();
        device.Answer = (type, _) =>
        {
            if (type != MessageType.CipherKeyValue)
            {
                return false;
            }

            device.Say(MessageType.CipheredKeyValue, new CipheredKeyValue { Value = ByteString.CopyFrom(value) });
            return true;
        };
        return device;
    }
}
