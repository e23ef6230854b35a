using HwBridge.Emulators.Screens;

namespace HwBridge.Emulators.Tests.Screens;

internal sealed class DeviceScreenTests
{
    private static readonly ScreenReview Review = new("Ledger Flex", "Verify address", [new ScreenField("Address", "0x1234")]);

    [TestCase("y\n", true)]
    [TestCase("Y\n", true)]
    [TestCase(" yes \n", true)]
    [TestCase("n\n", false)]
    [TestCase("\n", false)]
    [TestCase("yay\n", false)]
    [TestCase("", false)]
    public async Task TerminalScreen_Line_ApprovesOnlyYes(string input, bool approved)
    {
        using StringWriter output = new();
        TerminalScreen screen = new(output, new StringReader(input));

        Assert.That(await screen.ReviewAsync(Review, CancellationToken.None), Is.EqualTo(approved));
        Assert.That(
            output.ToString(),
            Does.StartWith(ScreenReview.Banner).And.Contain("Ledger Flex: Verify address").And.Contain("Address: 0x1234"));
    }

    [Test]
    public async Task TerminalScreen_WithdrawnReview_LeavesItsLineToTheNext()
    {
        using StringWriter output = new();
        using BlockingReader input = new();
        TerminalScreen screen = new(output, input);
        using CancellationTokenSource withdrawn = new();
        ValueTask<bool> first = screen.ReviewAsync(Review, withdrawn.Token);
        await withdrawn.CancelAsync();
        Assert.That(async () => await first, Throws.InstanceOf<OperationCanceledException>());

        ValueTask<bool> second = screen.ReviewAsync(Review, CancellationToken.None);
        input.Type("y");
        Assert.That(await second, Is.True);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task PolicyScreen_AnyReview_AnswersAndLogs(bool approve)
    {
        using StringWriter log = new();

        Assert.That(await new PolicyScreen(approve, log).ReviewAsync(Review, CancellationToken.None), Is.EqualTo(approve));
        Assert.That(log.ToString(), Does.StartWith(ScreenReview.Banner).And.Contain(approve ? "approved" : "rejected"));
    }

    private sealed class BlockingReader : StringReader
    {
        private readonly ManualResetEventSlim _typed = new();
        private string? _line;

        internal BlockingReader()
            : base(string.Empty)
        {
        }

        public override string? ReadLine()
        {
            _typed.Wait();
            return _line;
        }

        internal void Type(string line)
        {
            _line = line;
            _typed.Set();
        }

        protected override void Dispose(bool disposing)
        {
            _typed.Dispose();
            base.Dispose(disposing);
        }
    }
}
