using System.Text;
using FsCheck;
using FsCheck.Fluent;
using HwBridge.Backups.Keymanager;
using HwBridge.Core.Faults;

namespace HwBridge.Backups.Tests.Keymanager;

internal sealed class KeymanagerAnswersTests
{
    // The examples of the OpenAPI document.
    private const string Listed = "93247f2209abcacf57b75a51dafae777f9dd38bc7053d1af526f220a7489a6d3a2753e5f3e8b1cfe39b56f43611df74a";
    private const string List = $$"""{"data":[{"validating_pubkey":"0x{{Listed}}","derivation_path":"m/12381/3600/0/0/0","readonly":true}],"more":[1]}""";
    private const string Import = """{"data":[{"status":"imported","message":""},{"status":"duplicate","message":null},{"status":"error","message":"no"}]}""";

    [Test]
    public void ReadList_TheExample_GivesItsKey()
    {
        Assert.That(KeymanagerAnswers.ReadList(Encoding.UTF8.GetBytes(List), "list"), Is.EqualTo([Listed]));
        Assert.That(KeymanagerAnswers.ReadList(Encoding.UTF8.GetBytes(List.Replace("0x93247f", "0x93247F", StringComparison.Ordinal)), "list"), Is.EqualTo([Listed]));
        Assert.That(KeymanagerAnswers.ReadList("""{"data":[]}"""u8, "list"), Is.Empty);
    }

    [Test]
    public void ReadImport_EachStatus_IsRead() => Assert.That(
        KeymanagerAnswers.ReadImport(Encoding.UTF8.GetBytes(Import), "import", 3),
        Is.EqualTo([new KeymanagerStatus(ImportStatus.Imported, null), new KeymanagerStatus(ImportStatus.Duplicate, null), new KeymanagerStatus(ImportStatus.Error, "no")]));

    [Test]
    public void Message_LongOrWithOurPassword_IsShortenedAndWithoutIt()
    {
        string password = new('a', 64);
        string json = $$"""{"data":[{"status":"error","message":"{{password}} {{new string('x', 1000)}}"}]}""";
        string message = KeymanagerAnswers.ReadImport(Encoding.UTF8.GetBytes(json), "import", 1)[0].Message!;
        Assert.That(message, Has.Length.LessThan(310).And.Not.Contain("aaaa"));
        Assert.That(KeymanagerAnswers.ReadError("<html>"u8), Is.Null);
        Assert.That(KeymanagerAnswers.ReadError("""{"message":{"a":[]},"code":1}"""u8), Is.Null);
    }

    [FsCheck.NUnit.Property(MaxTest = 500)]
    public Property Answers_Changed_AreReadOrAreBadInput()
    {
        Gen<byte[]> changed =
            from text in Gen.Elements(List, Import)
            from at in Gen.Choose(0, text.Length - 1)
            from length in Gen.Choose(0, 12)
            from piece in Gen.Elements("", "\"", "}", "]", "{\"data\":", "\\ud800", "0x", "1e999", "\0", "null")
            select Encoding.UTF8.GetBytes(text[..at] + piece + text[Math.Min(text.Length, at + length)..]);
        return Prop.ForAll(changed.ToArbitrary(), json =>
        {
            foreach (Action read in (Action[])[() => KeymanagerAnswers.ReadList(json, "list"), () => KeymanagerAnswers.ReadImport(json, "import", 3)])
            {
                try
                {
                    read();
                }
                catch (FaultException fault)
                {
                    Assert.That(fault.Fault, Is.EqualTo(Fault.BadInput));
                }
            }

            KeymanagerAnswers.ReadError(json);
        });
    }
}
