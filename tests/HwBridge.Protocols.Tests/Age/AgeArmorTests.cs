using System.Text;
using HwBridge.Core.Faults;
using HwBridge.Protocols.Age;

namespace HwBridge.Protocols.Tests.Age;

public class AgeArmorTests
{
    private const string Begin = "-----BEGIN AGE ENCRYPTED FILE-----\n";
    private const string End = "-----END AGE ENCRYPTED FILE-----\n";
    private static readonly string Full = new('A', 64);

    [FsCheck.NUnit.Property]
    public bool Decode_OfEncode_GivesTheSameBytes(byte[] bytes) => AgeArmor.Decode(AgeArmor.Encode(bytes)).SequenceEqual(bytes);

    [Test]
    public void Decode_CrLfAndWhiteSpaceAround_IsAccepted()
    {
        string text = "\r\n \t" + (Begin + Full + "\nAAA=\n" + End).Replace("\n", "\r\n", StringComparison.Ordinal) + "\n\t ";
        Assert.That(AgeArmor.IsArmored(Encoding.ASCII.GetBytes(text)), Is.True);
        Assert.That(AgeArmor.Decode(Encoding.ASCII.GetBytes(text)), Is.EqualTo(new byte[50]));
    }

    [TestCase("-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n", "line 1 .*does not begin")]
    [TestCase(Begin + "AAAA\n", "does not end")]
    [TestCase(Begin + "AAAA", "does not end")]
    [TestCase(Begin, "does not end")]
    [TestCase(Begin + "\nAAAA\n" + End, "line 2 .*base64")]
    [TestCase(Begin + "AAAA\n\n" + End, "line 3 .*after the last")]
    [TestCase(Begin + "AAAA\nAAAA\n" + End, "line 3 .*after the last")]
    [TestCase(Begin + "AA\n" + End, "line 2 .*base64")]
    [TestCase(Begin + "AB==\n" + End, "base64")]
    [TestCase(Begin + "AAB=\n" + End, "base64")]
    [TestCase(Begin + "A===\n" + End, "base64")]
    [TestCase(Begin + "AA=A\n" + End, "base64")]
    [TestCase(Begin + " AAA\n" + End, "base64")]
    [TestCase(Begin + "AAAA \n" + End, "base64")]
    [TestCase(Begin + "AAAA\r\r\n" + End, "base64")]
    [TestCase(Begin + "Comment: x\n\nAAAA\n" + End, "base64")]
    [TestCase(Begin + "AAAA\n" + End + "AAAA\n", "follows")]
    [TestCase(Begin + "AAAA\n" + End + Begin + "AAAA\n" + End, "follows")]
    [TestCase(Begin + "AAAA\n=njUN\n" + End, "after the last")]
    public void Decode_Malformed_SaysWhatAndWhere(string text, string cause)
    {
        FaultException fault = Assert.Throws<FaultException>(() => AgeArmor.Decode(Encoding.ASCII.GetBytes(text)))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.BadInput));
        Assert.That(fault.Message, Does.Match(cause));
    }

    [Test]
    public void Decode_LineTooLong_IsRefused() =>
        Assert.That(() => AgeArmor.Decode(Encoding.ASCII.GetBytes(Begin + Full + "AAAA\n" + End)), Throws.TypeOf<FaultException>());

    [Test]
    public void Decode_LinePaddedBeforeTheLast_IsRefused() =>
        Assert.That(
            () => AgeArmor.Decode(Encoding.ASCII.GetBytes(Begin + Full[..62] + "==\nAAAA\n" + End)),
            Throws.TypeOf<FaultException>().With.Message.Contain("after the last"));

    [FsCheck.NUnit.Property(MaxTest = 2000)]
    public bool Decode_AnyBytesInside_EndsInBytesOrAFault(byte[] inside)
    {
        try
        {
            byte[] armored = [.. Encoding.ASCII.GetBytes(Begin), .. inside, .. Encoding.ASCII.GetBytes("\n" + End)];
            return AgeArmor.Decode(armored).Length <= inside.Length;
        }
        catch (FaultException fault)
        {
            return fault.Fault == Fault.BadInput;
        }
    }
}
