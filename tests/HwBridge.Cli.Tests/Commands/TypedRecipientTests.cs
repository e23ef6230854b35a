using HwBridge.Cli.Commands;
using HwBridge.Core.Faults;

namespace HwBridge.Cli.Tests.Commands;

public class TypedRecipientTests
{
    [TestCase("ledger+tcp://127.0.0.1:9999", "ledger+tcp://127.0.0.1:9999")]
    [TestCase(" age1abc ", "age1abc")]
    [TestCase("passphrase", "passphrase")]
    [TestCase("2(a,b,c)", "2{a b c}")]
    [TestCase("2( a , trezor+udp://[::1]:21324 ,passphrase)", "2{a trezor+udp://[::1]:21324 passphrase}")]
    [TestCase("1(a)", "1{a}")]
    [TestCase("2(a,2(b,c),d)", "2{a 2{b c} d}")]
    [TestCase("99(a)", "99{a}")]
    public void Parse_WellFormed_IsWhatWasMeant(string typed, string meant) => Assert.That(Text(TypedRecipient.Parse(typed)), Is.EqualTo(meant));

    [TestCase("")]
    [TestCase("2()")]
    [TestCase("2(a")]
    [TestCase("2(a,)")]
    [TestCase("2(a,,b)")]
    [TestCase("(a,b)")]
    [TestCase("x(a,b)")]
    [TestCase("-1(a)")]
    [TestCase("99999999999(a)")]
    [TestCase("2(a))")]
    [TestCase("2(a,b)c")]
    [TestCase("a,b")]
    [TestCase("a)")]
    [TestCase("2(2(a)")]
    public void Parse_Unfinished_IsUsage(string typed) => Assert.That(
        () => TypedRecipient.Parse(typed), Throws.TypeOf<FaultException>().With.Property(nameof(FaultException.Fault)).EqualTo(Fault.Usage));

    private static string Text(TypedRecipient recipient) =>
        recipient.Group is { } group ? $"{recipient.Threshold}{{{string.Join(' ', group.Select(Text))}}}" : recipient.Text;
}
