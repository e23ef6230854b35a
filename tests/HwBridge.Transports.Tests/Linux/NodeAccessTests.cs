using System.Runtime.Versioning;
using HwBridge.Transports.Linux;

namespace HwBridge.Transports.Tests.Linux;

[SupportedOSPlatform("linux")]
public sealed class NodeAccessTests
{
    private const string Header = "02000000";
    private const string Owner = "01000600ffffffff";
    private const string User1000 = "02000600e8030000";
    private const string Reader1001 = "02000400e9030000";
    private const string Group = "04000000ffffffff";
    private const string Group46 = "080006002e000000";
    private const string Mask = "10000600ffffffff";
    private const string ReadingMask = "10000400ffffffff";

    [TestCase("", new uint[0], new uint[0])]
    [TestCase(Header, new uint[0], new uint[0])]
    [TestCase(Header + Owner + User1000 + Reader1001 + Group + Group46 + Mask, new uint[] { 1000 }, new uint[] { 46 })]
    [TestCase(Header + Owner + User1000 + Group + ReadingMask, new uint[0], new uint[0])]
    [TestCase(Header + Owner + User1000 + "0200", new uint[] { 1000 }, new uint[0])]
    public void Parse_List_GivesThoseWhoMayReadAndWrite(string hex, uint[] users, uint[] groups)
    {
        (IReadOnlyList<uint> parsedUsers, IReadOnlyList<uint> parsedGroups) = NodeAccess.Parse(Convert.FromHexString(hex));
        Assert.That(parsedUsers, Is.EqualTo(users));
        Assert.That(parsedGroups, Is.EqualTo(groups));
    }

    [FsCheck.NUnit.Property]
    public void Parse_AnyBytes_NeverFails(byte[] bytes) => Assert.That(() => NodeAccess.Parse(bytes), Throws.Nothing);

    [Test]
    public void Of_File_IsWhatTheSystemSays()
    {
        string file = Path.GetTempFileName();
        try
        {
            const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
            File.SetUnixFileMode(file, Mode);
            NodeAccess access = NodeAccess.Of(file)!;
            Assert.That(access.Mode, Is.EqualTo(Mode));
            Assert.That(access.Users, Is.Empty);
        }
        finally
        {
            File.Delete(file);
        }

        Assert.That(NodeAccess.Of(file), Is.Null);
    }
}
