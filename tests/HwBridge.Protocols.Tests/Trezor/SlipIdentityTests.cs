using System.Text.Json;
using HwBridge.Protocols.Trezor;
using HwBridge.Shared.Trezor;

namespace HwBridge.Protocols.Tests.Trezor;

public sealed class SlipIdentityTests
{
    [Test]
    public void AgreementPath_RecordedIdentities_IsTheFirmwares()
    {
        int seen = 0;
        foreach (JsonElement vector in Recording.ReadJson("vectors_ecdh").EnumerateArray())
        {
            JsonElement identity = vector.GetProperty("identity");
            string? Text(string name) => identity.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;
            SlipIdentity slip = new(
                Text("proto"),
                Text("user"),
                Text("host"),
                Text("port"),
                Text("path"),
                identity.TryGetProperty("index", out JsonElement index) ? index.GetUInt32() : null);
            Assert.That(slip.AgreementPath, Is.EqualTo(PathOf(vector)));
            Assert.That(SlipIdentity.FromMessage(slip.ToMessage()), Is.EqualTo(slip));
            seen++;
        }

        Assert.That(seen, Is.EqualTo(20));
    }

    [Test]
    public void AgreementPath_IdentityOfAge_IsTheRecordedOne() =>
        Assert.That(
            new SlipIdentity("age", Host: "hwbridge").AgreementPath,
            Is.EqualTo(PathOf(Recording.ReadJson("age_identity_all"))));

    [Test]
    public void AgreementPath_LabelWithASpace_IsWhatTheTrezorPluginOfAgeUses() =>
        Assert.That(
            new SlipIdentity("age", Host: "John Doe").AgreementPath,
            Is.EqualTo((uint[])[2147483665, 2451457722, 4203998550, 2656883827, 4210327849]));

    [Test]
    public void SigningPath_ExampleOfSlip13_IsItsPath()
    {
        SlipIdentity identity = new("https", User: "satoshi", Host: "bitcoin.org", Path: "/login");
        Assert.That(identity.ToString(), Is.EqualTo("https://satoshi@bitcoin.org/login"));
        Assert.That(identity.SigningPath, Is.EqualTo((uint[])[2147483661, 2637750992, 2845082444, 3761103859, 4005495825]));
    }

    private static IEnumerable<uint> PathOf(JsonElement vector) =>
        vector.GetProperty("path_u32").EnumerateArray().Select(element => element.GetUInt32());
}
