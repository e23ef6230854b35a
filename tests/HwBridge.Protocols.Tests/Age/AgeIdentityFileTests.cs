using System.Text;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Age;

namespace HwBridge.Protocols.Tests.Age;

public class AgeIdentityFileTests
{
    // Made by age-keygen 1.1.1, with the recipient that it gives.
    private const string Secret = "AGE-SECRET-KEY-1Z0C7XU8QTGJJ40UGHSTJNAXQMGWWKKKV6D38PTMK0H255ZC0H0SQEF3NRZ";
    private const string Recipient = "age1uz2rv0pscv6har5a5umxeyeu38tucpn4zh7q9ufwyd6nwfs205uq7j5wae";

    [Test]
    public async Task Parse_EachFlippedCharacter_IsRefusedWithoutRepeatingIt()
    {
        using (HwBridge.Protocols.Age.AgeIdentity identity = Parse($"# created\n\n{Secret}\r\n"))
        {
            Assert.That(AgeRecipient.Format(await identity.GetPublicKeyAsync(confirm: false, CancellationToken.None)), Is.EqualTo(Recipient));
        }

        for (int i = 0; i < Secret.Length; i++)
        {
            string mistyped = Secret[..i] + (Secret[i] == 'Q' ? 'P' : 'Q') + Secret[(i + 1)..];
            FaultException fault = Assert.Throws<FaultException>(() => Parse(mistyped))!;
            Assert.That(fault.Fault, Is.EqualTo(Fault.BadInput));
            Assert.That(fault.Message + fault.Remedy, Does.Not.Contain(mistyped[20..40]));
        }
    }

    [TestCase("")]
    [TestCase("# nothing\n")]
    [TestCase("age1rt379z3w34ltg948ts7ar8c087enzd8nmdsz58f8rlpkn2lafe7su7jzxt")]
    [TestCase("AGE-PLUGIN-HWBRIDGE-1DXYFN8")]
    public void Parse_NoIdentity_IsRefused(string text) => Assert.That(
        () => Parse(text), Throws.TypeOf<FaultException>().With.Property(nameof(FaultException.Fault)).EqualTo(Fault.BadInput));

    [Test]
    public void Parse_LowerCaseOrTwo_IsRefused()
    {
        Assert.That(() => Parse(Secret.ToLowerInvariant()), Throws.TypeOf<FaultException>());
        Assert.That(() => Parse($"{Secret}\n{Secret}\n"), Throws.TypeOf<FaultException>());
    }

    private static HwBridge.Protocols.Age.AgeIdentity Parse(string text)
    {
        using SecretBuffer file = SecretBuffer.CopyOf(Encoding.ASCII.GetBytes(text));
        return HwBridge.Protocols.Age.AgeIdentity.Parse(file.Span, "key.txt");
    }
}
