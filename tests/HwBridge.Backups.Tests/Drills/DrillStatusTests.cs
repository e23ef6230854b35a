using System.Text.RegularExpressions;
using HwBridge.Backups.Drills;

namespace HwBridge.Backups.Tests.Drills;

internal sealed partial class DrillStatusTests
{
    private static readonly DateOnly Day = new(2026, 2, 3);
    private static readonly DateTimeOffset Now = new(2026, 2, 3, 12, 0, 0, TimeSpan.Zero);

    [TestCase(0, true, DrillState.Fresh)]
    [TestCase(90, true, DrillState.Fresh)]
    [TestCase(91, true, DrillState.Overdue)]
    [TestCase(20_000, true, DrillState.Overdue)]
    [TestCase(-1, true, DrillState.InFuture)]
    [TestCase(0, false, DrillState.Failed)]
    public void Of_ADrillSoManyDaysAgo_IsDueOrNot(int age, bool matched, DrillState expected)
    {
        DrillEntry entry = new(new DrillId(1), Day.AddDays(-age), Day.AddDays(-age), matched);
        Assert.That(DrillDue.Of(entry, Day, 90).State, Is.EqualTo(expected));
        DrillStatus status = DrillStatus.Of(new DrillRecord(new byte[32], Day, [entry]), Day, 90);
        Assert.That(status.IsFresh, Is.EqualTo(expected == DrillState.Fresh));
    }

    [Test]
    public void Of_NothingEverDrilled_IsOverdue()
    {
        Assert.That(DrillStatus.Of(null, Day, 90).IsFresh, Is.False);
        Assert.That(DrillStatus.Of(DrillRecord.New(Day), Day, 90).IsFresh, Is.False);
    }

    [Test]
    public void Of_OneOfTwoOverdue_IsOverdue()
    {
        DrillEntry old = new(new DrillId(1), Day.AddDays(-91), Day.AddDays(-91), Matched: true);
        DrillEntry fresh = new(new DrillId(2), Day, Day, Matched: true);
        Assert.That(DrillStatus.Of(new DrillRecord(new byte[32], Day, [old, fresh]), Day, 90).IsFresh, Is.False);
        Assert.That(DrillStatus.Of(new DrillRecord(new byte[32], Day, [fresh]), Day, 90).IsFresh, Is.True);
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(5)]
    public void ToMetrics_SoManyFreshDrills_IsTheSameText(int more)
    {
        DrillEntry first = new(new DrillId(1), Day.AddDays(-2), Day.AddDays(-2), Matched: true);
        IEnumerable<DrillEntry> others = Enumerable.Range(2, more).Select(id => new DrillEntry(new DrillId((UInt128)id), Day, Day, Matched: true));
        string text = DrillStatus.ToMetrics(DrillStatus.Of(new DrillRecord(new byte[32], Day, [first, .. others]), Day, 90), Now);
        Assert.That(text, Is.EqualTo(
            """
            # HELP hwbridge_drill_record_readable 1 when the record of recovery drills could be read.
            # TYPE hwbridge_drill_record_readable gauge
            hwbridge_drill_record_readable 1
            # HELP hwbridge_drill_overdue 1 when a recovery drill is overdue, has failed or was never run.
            # TYPE hwbridge_drill_overdue gauge
            hwbridge_drill_overdue 0
            # HELP hwbridge_drill_due_timestamp_seconds From when on a recovery drill will be overdue.
            # TYPE hwbridge_drill_due_timestamp_seconds gauge
            hwbridge_drill_due_timestamp_seconds 1777766400
            # HELP hwbridge_drill_status_timestamp_seconds When the record of recovery drills was last looked at.
            # TYPE hwbridge_drill_status_timestamp_seconds gauge
            hwbridge_drill_status_timestamp_seconds 1770120000

            """));
    }

    [Test]
    public void ToMetrics_WithoutARecord_OrWithADamagedOne_IsWellFormedAndOverdue()
    {
        foreach (DrillStatus? status in (DrillStatus?[])[null, DrillStatus.Of(null, Day, 90)])
        {
            string text = DrillStatus.ToMetrics(status, Now);
            Assert.That(text.Split('\n')[..^1], Has.All.Match(MetricLine()));
            Assert.That(text, Does.Contain("\nhwbridge_drill_overdue 1\n").And.Not.Contain("due_timestamp").And.Contain($"readable {(status is null ? 0 : 1)}\n"));
        }
    }

    // The text format of Prometheus, without labels.
    [GeneratedRegex(@"^(# HELP hwbridge_drill_[a-z_]+ [^\\]+|# TYPE hwbridge_drill_[a-z_]+ gauge|hwbridge_drill_[a-z_]+ \d+)$")]
    private static partial Regex MetricLine();
}
