using System.Buffers;
using Google.Protobuf;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Trezor;
using HwBridge.Protocols.Trezor.Messages;
using HwBridge.Shared.Trezor;

namespace HwBridge.Protocols.Tests.Trezor;

public sealed class TrezorCommandTests
{
    [Test]
    public void Encode_RecordedRequests_GivesTheRecordedBytes()
    {
        Dictionary<MessageType, int> seen = [];
        foreach (RecordedMessage message in Recording.All.SelectMany(recording => recording.Messages)
            .Where(message => message.FromHost && message.IsWhole))
        {
            if (Encode((MessageType)message.Type!, message.Payload!) is { } encoded)
            {
                Assert.That(encoded, Is.EqualTo(message.Payload), $"{(MessageType)message.Type}");
                seen[(MessageType)message.Type] = seen.GetValueOrDefault((MessageType)message.Type) + 1;
            }
        }

        Assert.That(seen, Has.Count.EqualTo(8));
        Assert.That(seen[MessageType.CipherKeyValue], Is.GreaterThan(80));
        Assert.That(seen[MessageType.GetEcdhSessionKey], Is.GreaterThan(15));
        Assert.That(seen[MessageType.GetPublicKey], Is.GreaterThan(15));
    }

    [TestCase("02_all_cipher_n64_e1d1_iv1")]
    [TestCase("core289_02_cipher_n64_e1d1_iv1")]
    [TestCase("device_rooted_all")]
    [TestCase("core289_device_rooted_all")]
    public void Decode_RecordedCipheredKeyValue_GivesItsBytesInGuardedMemory(string name)
    {
        RecordedMessage answer = Recording.Named(name).Messages.First(message => message.Type == (int)MessageType.CipheredKeyValue);
        using SecretBuffer value = Cipher(64).Decode(answer.Payload);
        Assert.That(value.Span.ToArray(), Is.EqualTo(CipheredKeyValue.Parser.ParseFrom(answer.Payload).Value.ToByteArray()));
    }

    [Test]
    public void Decode_CipheredKeyValueOfAnotherLength_IsAFault()
    {
        byte[] answer = new CipheredKeyValue { Value = ByteString.CopyFrom(new byte[48]) }.ToByteArray();
        Assert.That(() => Cipher(64).Decode(answer), ThrowsProtocol());
        Assert.That(() => Cipher(64).Decode([]), ThrowsProtocol());
        Assert.That(() => Cipher(0).Decode([]), ThrowsProtocol(), "a required field is missing");
    }

    [TestCase("04_all_ecdh_curve25519")]
    [TestCase("core289_04_ecdh_curve25519")]
    public void Decode_RecordedSessionKeys_GivesSecretAndTheKeyThatGetPublicKeyGives(string name)
    {
        X25519PublicKey? agreed = null;
        int seen = 0;
        foreach (RecordedMessage message in Recording.Named(name).Messages)
        {
            if (message is { Type: (int)MessageType.EcdhSessionKey })
            {
                using EcdhSessionKey key = Agree().Decode(message.Payload);
                byte[] expected = ECDHSessionKey.Parser.ParseFrom(message.Payload).SessionKey.ToByteArray()[1..];
                Assert.That(key.Secret.Span.ToArray(), Is.EqualTo(expected));
                agreed = key.DeviceKey;
            }
            else if (message is { Type: (int)MessageType.PublicKey })
            {
                PublicKey answer = PublicKey.Parser.ParseFrom(message.Payload);
                uint[] path = [0, 0, 0, 0, answer.Node.ChildNum];
                Curve25519Node node = new GetPublicKeyCommand(path, Show: false).Decode(message.Payload);
                Assert.That(node.Key, Is.EqualTo(agreed));
                Assert.That(node.Xpub, Is.EqualTo(answer.Xpub));
                seen++;
            }
        }

        Assert.That(seen, Is.GreaterThan(0));
    }

    [Test]
    public void Decode_SessionKeyWithoutPrefixOrPublicKey_IsTaken()
    {
        byte[] secret = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];
        using EcdhSessionKey key = Agree().Decode(new ECDHSessionKey { SessionKey = ByteString.CopyFrom(secret) }.ToByteArray());
        Assert.That(key.Secret.Span.ToArray(), Is.EqualTo(secret));
        Assert.That(key.DeviceKey, Is.Null);
    }

    [Test]
    public void Decode_AllZeroSecret_IsRefused()
    {
        RecordedMessage[] zeros =
        [
            .. Recording.Named("04_ecdh_curve25519_bad_peer").Messages.Where(message => message.Type == (int)MessageType.EcdhSessionKey
                && !ECDHSessionKey.Parser.ParseFrom(message.Payload).SessionKey.Span[1..].ContainsAnyExcept((byte)0)),
        ];
        Assert.That(zeros, Is.Not.Empty);
        foreach (RecordedMessage zero in zeros)
        {
            Assert.That(() => Agree().Decode(zero.Payload), Throws.TypeOf<FaultException>().With.Property("Fault").EqualTo(Fault.BadInput));
        }
    }

    [TestCase(0, 0x04)]
    [TestCase(31, 0x04)]
    [TestCase(33, 0x05)]
    [TestCase(65, 0x04)]
    public void Decode_SessionKeyOfAnotherShape_IsAFault(int length, int first)
    {
        byte[] secret = new byte[length];
        secret.AsSpan().Fill((byte)first);
        Assert.That(() => Agree().Decode(new ECDHSessionKey { SessionKey = ByteString.CopyFrom(secret) }.ToByteArray()), ThrowsProtocol());
    }

    [Test]
    public void Decode_PublicKeyThatIsNoneOfCurve25519OrOfAnotherPath_IsAFault()
    {
        RecordedMessage recorded = Recording.Named("age_identity_all").Messages
            .First(message => message.Type == (int)MessageType.PublicKey);
        PublicKey good = PublicKey.Parser.ParseFrom(recorded.Payload);
        GetPublicKeyCommand command = new(new SlipIdentity("age", Host: "hwbridge").AgreementPath, Show: false);
        Assert.That(command.Decode(good.ToByteArray()).Xpub, Is.EqualTo(good.Xpub));

        foreach (Action<PublicKey> spoil in (Action<PublicKey>[])
        [
            answer => answer.Xpub = string.Concat("y", answer.Xpub.AsSpan(1)),
            answer => answer.Node.Depth = 4,
            answer => answer.Node.ChildNum = 5,
            answer => answer.Node.ChainCode = ByteString.Empty,
            answer => answer.Node.PublicKey = ByteString.CopyFrom([2, .. answer.Node.PublicKey.ToByteArray()[1..]]),
            answer => answer.Node.PublicKey = ByteString.CopyFrom(answer.Node.PublicKey.ToByteArray()[1..]),
            answer => answer.Node.PublicKey = ByteString.CopyFrom(new byte[33]),
        ])
        {
            PublicKey bad = good.Clone();
            spoil(bad);
            Assert.That(() => command.Decode(bad.ToByteArray()), ThrowsProtocol());
        }

        Assert.That(() => command.Decode([0x0a]), ThrowsProtocol());
        Assert.That(() => command.Decode([]), ThrowsProtocol());
    }

    private static NUnit.Framework.Constraints.EqualConstraint<Fault> ThrowsProtocol() =>
        Throws.TypeOf<FaultException>().With.Property("Fault").EqualTo(Fault.Protocol);

    private static CipherKeyValueCommand Cipher(int length) => new([0], "k", new byte[length], true, true, true);

    private static GetEcdhSessionKeyCommand Agree() => new(new SlipIdentity("age", Host: "hwbridge"), default);

    /// <summary>The same request made from the values in it; null where it is none that we make.</summary>
    private static byte[]? Encode(MessageType type, byte[] payload)
    {
        try
        {
            switch (type)
            {
                case MessageType.Initialize:
                    return Encode(new InitializeCommand(Initialize.Parser.ParseFrom(payload).SessionId.Memory));
                case MessageType.GetFeatures:
                    return Encode(default(GetFeaturesCommand));
                case MessageType.Ping
                    when Ping.Parser.WithDiscardUnknownFields(true).ParseFrom(payload) is { HasMessage: true } ping
                        && ping.ToByteArray().SequenceEqual(payload):
                    return Encode(new PingCommand(ping.Message, ping.ButtonProtection));
                case MessageType.EndSession:
                    return Encode(default(EndSessionCommand));
                case MessageType.LockDevice:
                    return Encode(default(LockDeviceCommand));
                case MessageType.GetPublicKey
                    when GetPublicKey.Parser.ParseFrom(payload) is { EcdsaCurveName: SlipIdentity.Curve25519 } request:
                    return Encode(new GetPublicKeyCommand(request.AddressN, request.ShowDisplay));
                case MessageType.CipherKeyValue
                    when CipherKeyValue.Parser.ParseFrom(payload) is { HasEncrypt: true, HasAskOnEncrypt: true } request
                        && request.HasAskOnDecrypt
                        && request.ToByteArray().SequenceEqual(payload):
                    return Encode(new CipherKeyValueCommand(
                        request.AddressN,
                        request.Key,
                        request.Value.Memory,
                        request.Encrypt,
                        request.AskOnEncrypt,
                        request.AskOnDecrypt,
                        request.Iv.Memory));
                case MessageType.GetEcdhSessionKey
                    when GetECDHSessionKey.Parser.ParseFrom(payload) is { EcdsaCurveName: SlipIdentity.Curve25519 } request
                        && request.PeerPublicKey is { Length: 33 } peer
                        && peer[0] == 0x40:
                    SlipIdentity identity = SlipIdentity.FromMessage(request.Identity);
                    return Encode(new GetEcdhSessionKeyCommand(identity, new X25519PublicKey(peer.Span[1..])));
                default:
                    return null;
            }
        }
        catch (InvalidProtocolBufferException)
        {
            // Recordings of malformed requests.
            return null;
        }
    }

    private static byte[] Encode<TAnswer>(ITrezorCommand<TAnswer> command)
    {
        ArrayBufferWriter<byte> payload = new();
        command.Encode(payload);
        return payload.WrittenSpan.ToArray();
    }
}
