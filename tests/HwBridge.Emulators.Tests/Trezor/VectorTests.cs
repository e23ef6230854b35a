using System.Text.Json;
using Google.Protobuf;
using HwBridge.Emulators.Seeds;
using HwBridge.Emulators.Tests.Seeds;
using HwBridge.Emulators.Trezor;
using HwBridge.Protocols.Trezor.Messages;
using HwBridge.Shared.Trezor;

namespace HwBridge.Emulators.Tests.Trezor;

/// <summary>The lists of values that real firmware and an independent computation agree on, asked of the whole device.</summary>
public sealed class VectorTests
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private static IEnumerable<TestCaseData> Flavours() => [new(TrezorFlavour.Legacy), new(TrezorFlavour.Core)];

    [TestCaseSource(nameof(Flavours))]
    public void CipherKeyValue_EveryVector_IsTheSameBothWays(TrezorFlavour flavour)
    {
        CipherVector[] vectors = Load<CipherVector[]>("vectors_cipherkeyvalue_all");
        Assert.That(vectors, Has.Length.EqualTo(24));
        foreach (CipherVector vector in vectors)
        {
            using DeviceBench bench = Ready(flavour, vector.Mnemonic);
            CipherKeyValue request = new()
            {
                AddressN = { DerivationPath.Parse(vector.Path) },
                Key = vector.Key,
                Value = Bytes(vector.Plain),
                Encrypt = true,
                AskOnEncrypt = vector.AskOnEncrypt,
                AskOnDecrypt = vector.AskOnDecrypt,
                Iv = Bytes(vector.Iv),
            };
            bench.Send(MessageType.CipherKeyValue, request);
            Approve(bench, vector.AskOnEncrypt);
            Assert.That(bench.Take(CipheredKeyValue.Parser).Value, Is.EqualTo(Bytes(vector.Cipher)));

            request.Value = Bytes(vector.Cipher);
            request.Encrypt = false;
            bench.Send(MessageType.CipherKeyValue, request);
            Approve(bench, vector.AskOnDecrypt);
            Assert.That(bench.Take(CipheredKeyValue.Parser).Value, Is.EqualTo(Bytes(vector.Plain)));
        }
    }

    [TestCaseSource(nameof(Flavours))]
    public void GetEcdhSessionKey_EveryVector_IsTheSame(TrezorFlavour flavour)
    {
        EcdhVector[] vectors = Load<EcdhVector[]>("vectors_ecdh");
        Assert.That(vectors, Has.Length.EqualTo(20));
        foreach (EcdhVector vector in vectors)
        {
            using DeviceBench bench = Ready(flavour, vector.Mnemonic);
            bench.Send(
                MessageType.GetEcdhSessionKey,
                new GetECDHSessionKey
                {
                    Identity = JsonParser.Default.Parse<IdentityType>(vector.Identity.GetRawText()),
                    PeerPublicKey = Bytes(vector.PeerPublicKey),
                    EcdsaCurveName = vector.Curve,
                });
            Approve(bench, isAsked: true);
            ECDHSessionKey answer = bench.Take(ECDHSessionKey.Parser);
            using (Assert.EnterMultipleScope())
            {
                Assert.That(answer.SessionKey, Is.EqualTo(Bytes(vector.SessionKey)));
                Assert.That(answer.PublicKey, Is.EqualTo(Bytes(vector.PublicKey)));
            }
        }
    }

    [TestCaseSource(nameof(Flavours))]
    public void GetPublicKey_EveryVector_IsTheSame(TrezorFlavour flavour)
    {
        PublicKeyVector[] vectors = Load<PublicKeyVector[]>("vectors_getpublickey");
        Assert.That(vectors, Has.Length.EqualTo(18));
        foreach (PublicKeyVector vector in vectors)
        {
            using DeviceBench bench = Ready(flavour, vector.Mnemonic);
            bench.Send(
                MessageType.GetPublicKey,
                new GetPublicKey { AddressN = { DerivationPath.Parse(vector.Path) }, EcdsaCurveName = vector.Curve });
            PublicKey answer = bench.Take(PublicKey.Parser);
            using (Assert.EnterMultipleScope())
            {
                Assert.That(answer.Node.PublicKey, Is.EqualTo(Bytes(vector.PublicKey)));
                Assert.That(answer.Node.ChainCode, Is.EqualTo(Bytes(vector.ChainCode)));
                Assert.That(answer.Node.Depth, Is.EqualTo(vector.Depth));
                Assert.That(answer.Node.ChildNum, Is.EqualTo(vector.ChildNum));
                Assert.That(answer.Node.Fingerprint, Is.EqualTo(vector.Fingerprint));
                Assert.That(answer.RootFingerprint, Is.EqualTo(vector.RootFingerprint));
                Assert.That(answer.Xpub, Is.EqualTo(vector.Xpub));
                Assert.That(answer.Descriptor_, Is.EqualTo(vector.Descriptor));
            }
        }
    }

    private static T Load<T>(string name) => Recording.ReadJson(name).Deserialize<T>(Json)!;

    private static DeviceBench Ready(TrezorFlavour flavour, string mnemonic)
    {
        DeviceBench bench = new(new SoftwareTrezorOptions { Flavour = flavour, Mnemonic = Bip39Mnemonic.Parse(mnemonic) });
        bench.Randomness.SessionId = new byte[32];
        bench.Send(MessageType.Initialize, new Initialize());
        bench.Take(Features.Parser);
        return bench;
    }

    private static void Approve(DeviceBench bench, bool isAsked)
    {
        if (isAsked)
        {
            bench.Take(ButtonRequest.Parser);
            bench.Send(MessageType.ButtonAck, new ButtonAck());
            bench.Person.Press(true);
        }
    }

    private static ByteString Bytes(string hex) => ByteString.CopyFrom(Convert.FromHexString(hex));

    public sealed record CipherVector(
        string Mnemonic, string Path, string Key, bool AskOnEncrypt, bool AskOnDecrypt, string Iv, string Plain, string Cipher);

    public sealed record EcdhVector(
        string Mnemonic, string Curve, JsonElement Identity, string PeerPublicKey, string SessionKey, string PublicKey);

    public sealed record PublicKeyVector(
        string Mnemonic,
        string Path,
        string Curve,
        string PublicKey,
        string ChainCode,
        uint Depth,
        uint ChildNum,
        uint Fingerprint,
        uint RootFingerprint,
        string Xpub,
        string Descriptor);
}
