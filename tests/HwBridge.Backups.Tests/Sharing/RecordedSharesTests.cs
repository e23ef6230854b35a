using System.Text.Json;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Age;

namespace HwBridge.Backups.Tests.Sharing;

/// <summary>What the age plugin for secret sharing wrote and what it opened, as recorded (protocols/age/vectors/README.md): the same here.</summary>
public class RecordedSharesTests
{
    private static readonly JsonElement Vectors = VectorFile.Read("../../age/vectors/sharing_plugin");

    private static IEnumerable<TestCaseData> Openings() =>
        from writer in (string[])["plugin", "hwbridge"]
        from file in Vectors.GetProperty(writer).EnumerateArray()
        from opening in file.GetProperty("opens").EnumerateArray()
        select new TestCaseData(file, opening).SetArgDisplayNames(
            writer, file.GetProperty("policy").GetString()!, string.Join('+', opening.GetProperty("with").EnumerateArray()));

    [TestCaseSource(nameof(Openings))]
    public async Task Unwrap_WithTheSameIdentities_EndsAsThePluginDid(JsonElement recorded, JsonElement opening)
    {
        string text = recorded.GetProperty("file").GetString()!;
        AgeFile file = AgeFile.Parse(text.StartsWith('-') ? System.Text.Encoding.ASCII.GetBytes(text) : Convert.FromBase64String(text));
        List<AgeIdentity> identities = [];
        using SecretBuffer passphrase = SecretBuffer.CopyOf(System.Text.Encoding.UTF8.GetBytes(Vectors.GetProperty("passphrase").GetString()!));
        BackupKeys keys = new();
        foreach (string name in opening.GetProperty("with").EnumerateArray().Select(name => name.GetString()!))
        {
            if (name == "passphrase")
            {
                keys = keys with { Passphrases = [passphrase] };
                continue;
            }

            using SecretBuffer identity = SecretBuffer.CopyOf(System.Text.Encoding.ASCII.GetBytes(
                Vectors.GetProperty("identities").GetProperty(name).GetProperty("secret").GetString()!));
            identities.Add(AgeIdentity.Parse(identity.Span, name));
        }

        try
        {
            using SecretBuffer fileKey = await BackupOpener.UnwrapAsync(
                file.Header, keys with { Devices = identities }, new RecordingPerson(), CancellationToken.None);
            using SecretBuffer plaintext = file.Decrypt(fileKey);
            Assert.That(opening.GetProperty("opened").GetBoolean(), Is.True, "the plugin did not open it");
            if (text.StartsWith('-'))
            {
                Assert.That(System.Text.Encoding.UTF8.GetString(plaintext.Span), Is.EqualTo(Vectors.GetProperty("plaintext").GetString()));
            }
            else
            {
                using BackupDocument document = BackupDocumentCodec.Read(plaintext.Span);
                Assert.That(document.Validators, Has.Count.EqualTo(3));
            }
        }
        catch (FaultException fault) when (fault.Fault == Fault.CannotDecrypt)
        {
            Assert.That(opening.GetProperty("opened").GetBoolean(), Is.False, fault.Message);
            Assert.That(fault.Message, Does.Contain("more share"));
        }
        finally
        {
            identities.ForEach(identity => identity.Dispose());
        }
    }
}
