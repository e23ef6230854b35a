using System.Text.Json;
using HwBridge.Core.Bip32;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Protocols.Age;
using HwBridge.Protocols.Age.Plugin;
using HwBridge.Protocols.Trezor;

namespace HwBridge.Protocols.Tests.Age.Plugin;

public class PluginIdentityTests
{
    private static readonly JsonElement Vectors = PluginVectors.Read("plugin_identities.json");

    private static IEnumerable<TestCaseData> Good() => Vectors.GetProperty("good").EnumerateArray()
        .Select(vector => new TestCaseData(vector).SetArgDisplayNames(vector.GetProperty("name").GetString()!));

    private static IEnumerable<TestCaseData> Bad() => Vectors.GetProperty("bad").EnumerateArray()
        .Select(vector => new TestCaseData(vector).SetArgDisplayNames(vector.GetProperty("name").GetString()!));

    [TestCaseSource(nameof(Good))]
    public void Parse_Vector_GivesItsPartsAndTheSameLineAgain(JsonElement vector)
    {
        string line = vector.GetProperty("identity").GetString()!;
        PluginIdentity identity = PluginIdentity.Parse(line)!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(identity.Maker, Is.EqualTo(vector.GetProperty("maker").GetString()));
            Assert.That(AgeRecipient.Format(identity.Recipient), Is.EqualTo(vector.GetProperty("recipient").GetString()));
            Assert.That(identity.Path?.ToString(), Is.EqualTo(Optional(vector, "path")));
            Assert.That(identity.Label, Is.EqualTo(Optional(vector, "label")));
            Assert.That(identity.Passphrase?.ToString(), Is.EqualTo(Optional(vector, "passphrase")));
            Assert.That(identity.Format(), Is.EqualTo(line));
        }
    }

    [Test]
    public void Parse_WithoutData_IsAnyDevice() =>
        Assert.That(PluginIdentity.Parse(Vectors.GetProperty("withoutData").GetString()!), Is.Null);

    [TestCaseSource(nameof(Bad))]
    public void Parse_Malformed_SaysWhyAndWhatToDo(JsonElement vector)
    {
        FaultException fault = Assert.Throws<FaultException>(() => PluginIdentity.Parse(vector.GetProperty("identity").GetString()!))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.BadInput));
        Assert.That(fault.Message, Does.Contain(vector.GetProperty("cause").GetString()));
        Assert.That(fault.Remedy, Is.Not.Empty);
    }

    [FsCheck.NUnit.Property]
    public bool Format_AnyLedgerPath_IsReadAgain(uint[] elements, byte key)
    {
        Bip32Path? path = Bip32Path.TryCreate(elements);
        if (path is null)
        {
            return elements.Length is 0 or > Bip32Path.MaxDepth;
        }

        PluginIdentity identity = new("ledger", Key(key)) { Path = path };
        return PluginIdentity.Parse(identity.Format()) == identity;
    }

    [FsCheck.NUnit.Property]
    public bool Format_AnyTrezorLabel_IsReadAgain(byte[] characters, PassphraseSource? passphrase, byte key)
    {
        string label = string.Concat(characters.Append((byte)'a').Take(63).Select(c => (char)(' ' + (c % 95))));
        PluginIdentity identity = new("trezor", Key(key)) { Label = label, Passphrase = passphrase };
        return PluginIdentity.Parse(identity.Format()) == identity;
    }

    [FsCheck.NUnit.Property(MaxTest = 2000)]
    public bool Parse_AnyDataUnderARightChecksum_IsAnIdentityOfThatSpellingOrAFault(byte[] data, bool plausible)
    {
        byte[] bytes = plausible ? [1, (byte)(1 + (data.Length % 2)), 0, .. new byte[32], .. data] : data;
        string line = Bech32.Encode("age-plugin-hwbridge-", bytes).ToUpperInvariant();
        try
        {
            return PluginIdentity.Parse(line) is { } identity ? identity.Format() == line : bytes.Length == 0;
        }
        catch (FaultException fault)
        {
            return fault.Fault == Fault.BadInput;
        }
    }

    [FsCheck.NUnit.Property(MaxTest = 2000)]
    public bool Parse_AnyText_IsAFault(string? text)
    {
        try
        {
            _ = PluginIdentity.Parse(text ?? string.Empty);
            return false;
        }
        catch (FaultException fault)
        {
            return fault.Fault == Fault.BadInput;
        }
    }

    private static X25519PublicKey Key(byte value) => new([.. Enumerable.Repeat(value, X25519PublicKey.Size)]);

    private static string? Optional(JsonElement vector, string member) =>
        vector.TryGetProperty(member, out JsonElement value) ? value.GetString() : null;
}
