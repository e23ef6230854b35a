using HwBridge.Cli.Commands;
using HwBridge.Core.Faults;

namespace HwBridge.Cli.Tests.Commands;

internal sealed class IndexListTests
{
    private static readonly object[] Lists =
    [
        new object[] { "0", new uint[] { 0 } },
        new object[] { "0-3", new uint[] { 0, 1, 2, 3 } },
        new object[] { "7,0,3", new uint[] { 7, 0, 3 } },
        new object[] { "0-2,1-4,2", new uint[] { 0, 1, 2, 3, 4 } },
        new object[] { "4294967294-4294967295", new uint[] { 4294967294, 4294967295 } },
    ];

    [TestCaseSource(nameof(Lists))]
    public void Parse_List_KeepsTheOrderAndDropsRepetitions(string text, uint[] expected) =>
        Assert.That(IndexList.Parse(text, "--index"), Is.EqualTo(expected));

    [TestCase("")]
    [TestCase(",")]
    [TestCase("1,")]
    [TestCase("-")]
    [TestCase("-1")]
    [TestCase("1-")]
    [TestCase("3-1")]
    [TestCase("1-2-3")]
    [TestCase("4294967296")]
    [TestCase("1.5")]
    [TestCase("+1")]
    [TestCase(" 1")]
    [TestCase("0x1")]
    [TestCase("1 ")]
    public void Parse_AnythingElse_IsUsage(string text)
    {
        FaultException fault = Assert.Throws<FaultException>(() => IndexList.Parse(text, "--index"))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.Usage));
        Assert.That(fault.Message, Does.Contain("--index"));
        Assert.That(fault.Remedy, Does.Contain("0-9"));
    }

    [Test]
    public void Parse_ManyIndices_AreBounded()
    {
        Assert.That(IndexList.Parse($"0-{IndexList.MaxCount - 1}", "--index"), Has.Count.EqualTo(IndexList.MaxCount));
        foreach (string text in (string[])[$"0-{IndexList.MaxCount}", "0-4294967295", $"0-{IndexList.MaxCount - 1},200000", "0-60000,100000-160000"])
        {
            FaultException fault = Assert.Throws<FaultException>(() => IndexList.Parse(text, "--index"))!;
            Assert.That(fault.Fault, Is.EqualTo(Fault.Usage));
        }
    }

    [FsCheck.NUnit.Property]
    public void Parse_AnyText_GivesAListOrAUsageFault(FsCheck.NonNull<string> text)
    {
        try
        {
            Assert.That(IndexList.Parse(text.Get, "--index"), Is.Unique.And.Not.Empty);
        }
        catch (FaultException fault)
        {
            Assert.That(fault.Fault, Is.EqualTo(Fault.Usage));
        }
    }
}
