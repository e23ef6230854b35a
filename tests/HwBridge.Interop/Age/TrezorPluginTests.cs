using System.Text;
using System.Text.Json;
using HwBridge.Backups;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Secrets;
using HwBridge.Devices.Trezor;
using HwBridge.Emulators.Screens;
using HwBridge.Emulators.Seeds;
using HwBridge.Emulators.Trezor;
using HwBridge.Protocols.Age;

namespace HwBridge.Interop.Age;

/// <summary>The recipients of the Trezor plugin of age, and files written for them, as recorded: the same key opens them here.</summary>
public class TrezorPluginTests
{
    private static readonly JsonElement Recorded = Read();

    [Test]
    public async Task Recorded_RecipientAndFile_AreOursToo([Range(0, 1)] int index, [Values(TrezorFlavour.Legacy, TrezorFlavour.Core)] TrezorFlavour flavour)
    {
        JsonElement recorded = Recorded.GetProperty("cases")[index];
        using Bip39Mnemonic mnemonic = Bip39Mnemonic.Parse(Recorded.GetProperty("mnemonic").GetString()!);
        await using SoftwareTrezor trezor = new(
            new SoftwareTrezorOptions { Flavour = flavour, Mnemonic = mnemonic }, new PolicyScreen(approve: true));
        using SoftwareDevice person = new();
        TrezorOptions options = new() { Label = Text(recorded, "label") };
        await using TrezorKeyStore store = await TrezorKeyStore.OpenAsync(trezor.Connect(), person, options, CancellationToken.None);
        ISealing sealing = store.Require<ISealing>("open a backup");
        X25519PublicKey key = await sealing.GetPublicKeyAsync(confirm: false, CancellationToken.None);
        Assert.That(AgeRecipient.Format(key), Is.EqualTo(Text(recorded, "recipient")));

        AgeFile file = AgeFile.Parse(recorded.GetProperty("file").GetBytesFromBase64());
        using SecretBuffer fileKey = await BackupOpener.UnwrapAsync(file.Header, [sealing], person, CancellationToken.None);
        using SecretBuffer plaintext = file.Decrypt(fileKey);
        Assert.That(Encoding.UTF8.GetString(plaintext.Span), Is.EqualTo(Text(recorded, "plaintext")));
    }

    private static JsonElement Read()
    {
        string file = Path.Combine(NodePeer.Root, "../../protocols/age/vectors/trezor_plugin.json");
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(file));
        return document.RootElement.Clone();
    }

    private static string Text(JsonElement recorded, string member) => recorded.GetProperty(member).GetString()!;
}
