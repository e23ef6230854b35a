using System.Text.Json;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Age;

namespace HwBridge.Protocols.Tests.Age;

/// <summary>Key agreements that real firmware computed open age files.</summary>
public class RecordedIdentityTests
{
    [Test]
    public void Decrypt_FileOfAgeWithRecordedLedgerAgreement_GivesThePlaintext()
    {
        using JsonDocument recording = Read("ledger", "age_identity_default.json");
        JsonElement root = recording.RootElement;
        X25519PublicKey recipient = AgeRecipient.Parse(root.GetProperty("recipient").GetString()!);
        AgeFile file = AgeFile.Parse(Convert.FromHexString(root.GetProperty("age_file_hex").GetString()!));
        X25519Stanza stanza = TagStanza.FindCandidates(file.Header, recipient, out bool tagged).Single();
        Assert.That(tagged, Is.False);

        // The approved agreement: INS 18, P2 01, the peer's key at the end of the command.
        JsonElement agreement = root.GetProperty("exchanges").EnumerateArray().Single(exchange =>
            exchange.GetProperty("apdu").GetString()!.StartsWith("e0180101", StringComparison.Ordinal)
            && exchange.GetProperty("user_action").GetString() == "approve");
        Assert.That(agreement.GetProperty("apdu").GetString(), Does.EndWith(stanza.EphemeralShare.ToString()));
        string answer = agreement.GetProperty("response").GetString()!;
        using SecretBuffer shared = SecretBuffer.CopyOf(Convert.FromHexString(answer[..^4]));
        using SecretBuffer? fileKey = stanza.TryUnwrap(recipient, shared);
        Assert.That(fileKey, Is.Not.Null);
        using SecretBuffer plaintext = file.Decrypt(fileKey!);
        Assert.That(System.Text.Encoding.UTF8.GetString(plaintext.Span), Is.EqualTo(root.GetProperty("plaintext").GetString()));
    }

    [TestCase("age_identity_all.json")]
    [TestCase("core289_age_identity_all.json")]
    public void Decrypt_FileToRecordedTrezorPeer_OpensWithTheRecordedAgreement(string recordingName)
    {
        using JsonDocument recording = Read("trezor", recordingName);
        JsonElement root = recording.RootElement;
        X25519PublicKey recipient = new(Convert.FromHexString(root.GetProperty("device_public_key").GetString()!));
        string asked = Payload(root, "GetECDHSessionKey");
        string answer = Payload(root, "ECDHSessionKey");

        // GetECDHSessionKey.peer_public_key is 0x40 ‖ share; ECDHSessionKey.session_key is 0x04 ‖ secret, .public_key 0x00 ‖ key.
        X25519PublicKey share = new(Convert.FromHexString(asked.AsSpan(asked.IndexOf("122140", StringComparison.Ordinal) + 6, 64)));
        Assert.That(answer, Does.StartWith("0a2104").And.EndWith("122100" + recipient));
        using SecretBuffer shared = SecretBuffer.CopyOf(Convert.FromHexString(answer.AsSpan(6, 64)));

        using SecretBuffer fileKey = SecretBuffer.Random(AgeFile.FileKeySize);
        AgeFile file = AgeFile.Parse(AgeFile.Encrypt(fileKey, [X25519Stanza.Wrap(fileKey, recipient, share, shared)], "recorded"u8));
        Assert.That(X25519Stanza.TryParse(file.Header.Stanzas[0], out X25519Stanza? stanza), Is.True);
        Assert.That(stanza!.EphemeralShare, Is.EqualTo(share));
        using SecretBuffer? opened = stanza.TryUnwrap(recipient, shared);
        using SecretBuffer plaintext = file.Decrypt(opened!);
        Assert.That(plaintext.ConstantTimeEquals("recorded"u8), Is.True);
    }

    private static string Payload(JsonElement root, string type) =>
        root.GetProperty("exchanges").EnumerateArray().Single(message => message.GetProperty("type_name").GetString() == type)
            .GetProperty("payload").GetString()!;

    private static JsonDocument Read(string protocol, string name)
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "HwBridge.sln")))
        {
            folder = folder.Parent;
        }

        return JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder!.FullName, "protocols", protocol, "vectors", name)));
    }
}
