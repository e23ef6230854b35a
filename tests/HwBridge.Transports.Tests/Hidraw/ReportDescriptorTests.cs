using HwBridge.Shared.Hidraw;
using HwBridge.Transports.Hidraw;

namespace HwBridge.Transports.Tests.Hidraw;

public sealed class ReportDescriptorTests
{
    [Test]
    public void FirstUsagePage_RealDescriptors_IsThatOfTheFirstCollection()
    {
        Assert.That(ReportDescriptor.FirstUsagePage(FakeSystem.Apdu), Is.EqualTo(0xffa0));
        Assert.That(ReportDescriptor.FirstUsagePage(FakeSystem.SecurityKey), Is.EqualTo(0xf1d0));
        Assert.That(ReportDescriptor.FirstUsagePage(FakeSystem.Keyboard), Is.EqualTo(1));
    }

    [TestCase("", null, TestName = "empty")]
    [TestCase("06a0ff", null, TestName = "no collection")]
    [TestCase("a101", null, TestName = "a collection without a usage page")]
    [TestCase("06a0", null, TestName = "cut off in an item")]
    [TestCase("fe", null, TestName = "cut off in a long item")]
    [TestCase("fe0300aabbcc06a0ffa101", 0xffa0, TestName = "a long item before")]
    [TestCase("fe0300aabb", null, TestName = "cut off in a long item's data")]
    [TestCase("070100a0ffa101", 1, TestName = "a usage page of four bytes")]
    [TestCase("04a101", null, TestName = "a usage page without data")]
    [TestCase("0501a10106a0ffa101", 1, TestName = "only the first collection counts")]
    [TestCase("050106a0ffa101", 0xffa0, TestName = "the last page before it counts")]
    public void FirstUsagePage_Bytes_AreReadAsTheStandardSays(string hex, int? page) =>
        Assert.That(ReportDescriptor.FirstUsagePage(Convert.FromHexString(hex)), Is.EqualTo((ushort?)page));

    [FsCheck.NUnit.Property(MaxTest = 2000)]
    public void FirstUsagePage_AnyBytes_NeverFails(byte[] bytes) =>
        Assert.That(() => (ReportDescriptor.FirstUsagePage(bytes), ReportDescriptor.HasReportNumbers(bytes)), Throws.Nothing);

    [Test]
    public void HasReportNumbers_FirstModelOnes_AreToldApart()
    {
        Assert.That(ReportDescriptor.HasReportNumbers(FakeSystem.ModelOne(isNumbered: true)), Is.True);
        Assert.That(ReportDescriptor.HasReportNumbers(FakeSystem.ModelOne(isNumbered: false)), Is.False);
        Assert.That(ReportDescriptor.HasReportNumbers(FakeSystem.Apdu), Is.False);
        Assert.That(ReportDescriptor.FirstUsagePage(FakeSystem.ModelOne(isNumbered: true)), Is.EqualTo(0xff00));
    }

    [Test]
    public void FirstUsagePage_EachPrefixOfARealOne_IsKnownOnceTheCollectionBegan([Range(0, 34)] int length) =>
        Assert.That(ReportDescriptor.FirstUsagePage(FakeSystem.Apdu.AsSpan(0, length)), Is.EqualTo(length >= 7 ? 0xffa0 : null));
}
