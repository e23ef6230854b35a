using System.Diagnostics;

namespace HwBridge.EndToEnd.Faults;

/// <summary>Two programs want one device at the same moment.</summary>
[Parallelizable(ParallelScope.Self)]
internal sealed class SecondClientTests
{
    private const string FirstKey = "0xa772ed2e6b56a0515564afd0de893d3d168a6974647fc15a0a07c0958c0ebbce1b99b37558f4df66a3990073f7fda7d4";

    [Test]
    public async Task Ledger_SecondClientDuringAReview_IsRefusedAndTheFirstIsAnswered()
    {
        using Workplace workplace = new();
        using SoftwareDevice device = await SoftwareDevice.StartAsync(workplace, "ledger", "--approve", "ask").ConfigureAwait(false);
        int lines = device.Lines;
        using RunningCommand first = workplace.Start("hwbridge", "--json", "pubkeys", "--device", device.Uri, "--confirm");
        await device.ShowsMoreThanAsync(lines).ConfigureAwait(false);

        long begun = Stopwatch.GetTimestamp();
        Outcome second = await workplace.HwBridgeAsync("pubkeys", "--device", device.Uri).ConfigureAwait(false);
        second.Failure(3, 5, 9);
        Assert.That(Stopwatch.GetElapsedTime(begun), Is.LessThan(TimeSpan.FromSeconds(20)));
        Assert.That(first.HasExited, Is.False, "the second client must not end the first one's review");

        device.Answer("y");
        Outcome answered = await Workplace.EndAsync(first, Workplace.Deadline, "pubkeys").ConfigureAwait(false);
        Assert.That(answered.ExitCode, Is.Zero, $"{answered}");
        Assert.That(answered.Document()[0].GetProperty("pubkey").GetString(), Is.EqualTo(FirstKey));
        Assert.That(answered.Document()[0].GetProperty("confirmedOnDevice").GetBoolean(), Is.True);

        Outcome later = await workplace.HwBridgeAsync("pubkeys", "--device", device.Uri).ConfigureAwait(false);
        Assert.That(later.ExitCode, Is.Zero, $"{later}");
        Assert.That(later.Document()[0].GetProperty("pubkey").GetString(), Is.EqualTo(FirstKey));
    }
}
