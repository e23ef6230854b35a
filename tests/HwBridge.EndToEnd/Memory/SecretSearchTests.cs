using System.Security.Cryptography;
using System.Text;
using HwBridge.EndToEnd.Faults;

namespace HwBridge.EndToEnd.Memory;

/// <summary>That the search finds what there is to find: a program keeps a copy of a secret, each time in another way.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class SecretSearchTests : IDisposable
{
    private readonly Workplace _workplace = new();

    public void Dispose() => _workplace.Dispose();

    [TestCase("array", "raw", MappingKind.ManagedHeap)]
    [TestCase("part", "raw", MappingKind.ManagedHeap)]
    [TestCase("hex", "HEX, UTF-16", MappingKind.ManagedHeap)]
    [TestCase("base64", "base64", MappingKind.ManagedHeap)]
    [TestCase("reversed", "reversed", MappingKind.ManagedHeap)]
    [TestCase("native", "raw", MappingKind.NativeHeap)]
    [TestCase("stack", "raw", MappingKind.Stack)]
    [TestCase("dead", "raw", MappingKind.Stack)]
    [TestCase("guarded", "raw", MappingKind.Guarded)]
    public async Task In_ProgramThatKeepsACopy_FindsItThere(string way, string form, object kind)
    {
        IReadOnlyList<Finding> findings = await SearchAsync(way).ConfigureAwait(false);
        Assert.That(
            findings.Where(finding => finding.Needle.Form == form && finding.Mapping.Kind == (MappingKind)kind),
            Is.Not.Empty,
            string.Join('\n', findings));
        if (way == "dead")
        {
            Assert.That(findings, Has.Some.Property(nameof(Finding.Place)).EqualTo("stack, dead"));
        }
    }

    [Test]
    public async Task In_ProgramThatWipedIt_FindsNothing() =>
        Assert.That(await SearchAsync("nowhere").ConfigureAwait(false), Is.Empty);

    [Test]
    public void In_EachFormAtAnyOffset_FindsIt()
    {
        byte[] bytes = RandomNumberGenerator.GetBytes(32);
        const string Text = "caf\u00e9 au lait";
        string base64 = Convert.ToBase64String([1, 2, .. bytes]);
        byte[][] copies =
        [
            bytes,
            bytes[3..11],
            Encoding.ASCII.GetBytes(Convert.ToHexString(bytes)[5..21]),
            Encoding.Unicode.GetBytes(Convert.ToHexStringLower(bytes)),
            Encoding.ASCII.GetBytes(base64[9..21]),
            [.. bytes.Select(value => (byte)(value ^ 0x36))],
            Encoding.UTF8.GetBytes(Text),
            Encoding.Unicode.GetBytes(Text),
            Encoding.ASCII.GetBytes(Convert.ToHexStringLower(Encoding.UTF8.GetBytes(Text))),
        ];
        SecretSearch search = new([Secret.OfBytes("bytes", bytes), Secret.OfText("text", Text)]);
        using (Assert.EnterMultipleScope())
        {
            foreach ((int index, byte[] copy) in copies.Index())
            {
                for (int offset = 0; offset < 9; offset++)
                {
                    byte[] memory = [.. Enumerable.Repeat((byte)'=', offset), .. copy, .. new byte[offset]];
                    IEnumerable<int> found = search.In("memory", memory).Select(finding => finding.Offset);
                    Assert.That(found, Does.Contain(offset), $"copy {index} at {offset}");
                }
            }

            Assert.That(search.In("memory", bytes[3..10]), Is.Empty, "seven bytes are too few to tell");
        }
    }

    private async Task<IReadOnlyList<Finding>> SearchAsync(string way)
    {
        byte[] secret = new byte[Program.Size];
        Program.Fill(secret);
        using RunningCommand running = RunningCommand.Program(
            _workplace.Folder, holdsInput: true, "dotnet", typeof(Program).Assembly.Location, way);
        await running.WaitForAsync(() => running.Output.Contains("ready"), Workplace.Deadline, way).ConfigureAwait(false);
        SecretSearch search = new([Secret.OfBytes("planted", secret)]);
        IReadOnlyList<Finding> findings = search.In(MemoryImage.Take(running.ProcessId, way));
        running.Type(string.Empty);
        Assert.That(await running.ExitAsync(Workplace.Deadline).ConfigureAwait(false), Is.Zero);
        return findings;
    }
}
