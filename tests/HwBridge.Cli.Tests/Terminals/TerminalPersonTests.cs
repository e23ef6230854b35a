using System.Diagnostics;
using System.Text;
using HwBridge.Cli.Terminals;
using HwBridge.Core.Faults;
using HwBridge.Core.People;
using HwBridge.Core.Secrets;
using HwBridge.Shared.Terminals;
using HwBridge.Transports.Linux;

namespace HwBridge.Cli.Tests.Terminals;

/// <summary>The person's questions on a real terminal line of the kernel.</summary>
[CancelAfter(20_000)]
[NonParallelizable]
public sealed class TerminalPersonTests
{
    private const string Secret = "correct horse 🐴 Staple";

    private PseudoTerminal _terminal = null!;
    private SharedWriter _messages = null!;
    private TerminalPerson _person = null!;
    private LibC.TerminalModes _before;
    private int _liveBefore;

    [SetUp]
    public void Open()
    {
        _liveBefore = SecretBuffer.LiveCount;
        _terminal = new PseudoTerminal();
        _messages = new SharedWriter();
        _person = new TerminalPerson(_messages, messagesAreSeen: true, _terminal.Path);
        _before = _terminal.Modes;
        Assert.That(_terminal.Echoes, Is.True);
    }

    /// <summary>After each test, whatever happened in it: the terminal as it was, and nothing secret on it or left in memory.</summary>
    [TearDown]
    public unsafe void CheckTheTerminalIsAsItWas()
    {
        try
        {
            LibC.TerminalModes after = _terminal.Modes;
            LibC.TerminalModes before = _before;
            Assert.That(
                new ReadOnlySpan<byte>(&after, sizeof(LibC.TerminalModes)).SequenceEqual(new(&before, sizeof(LibC.TerminalModes))),
                Is.True,
                "the terminal's modes were not restored");
            Assert.That(_terminal.Screen, Does.Not.Contain("horse").And.Not.Contain("Staple"));
            Assert.That(_messages.Text, Does.Not.Contain("horse").And.Not.Contain("Staple"));
            Assert.That(SecretBuffer.LiveCount, Is.EqualTo(_liveBefore));
        }
        finally
        {
            _person.Dispose();
            _messages.Dispose();
            _terminal.Dispose();
        }
    }

    [Test]
    public async Task AskSecretAsync_TypedLine_IsTheSecretWithoutAnEcho(CancellationToken cancellationToken)
    {
        Task<SecretBuffer?> asking = Ask(new SecretQuestion(SecretKind.Password, "Password of keystore-1.json"), cancellationToken);
        await _messages.ShowsAsync("Password of keystore-1.json: ", cancellationToken);
        Assert.That(_terminal.Echoes, Is.False);
        _terminal.Type(Secret + "\r");
        using SecretBuffer? secret = await asking;
        Assert.That(Encoding.UTF8.GetString(secret!.Span), Is.EqualTo(Secret));
        Assert.That(_terminal.Screen, Is.Empty);
        Assert.That(_messages.Text, Does.EndWith("\n"));
    }

    [TestCase("horsx\u007fe\n", "horse")]
    [TestCase("hor\u0008\u0008\u0008\u0008Staple\n", "Staple")]
    [TestCase("wrong\u0015Staple\n", "Staple")]
    [TestCase("a🐴é\u007f\u007fb\n", "ab")]
    [TestCase("St\u001b[A\u001b[1;5D\u001bOHaple\n", "Staple")]
    [TestCase("\u001bStaple\n", "Staple")]
    [TestCase("Sta\u0001\u0007\tple\n", "Staple")]
    [TestCase("a\u0004b\n", "ab")]
    [TestCase("\n", "")]
    public async Task AskSecretAsync_EditingKeys_EditTheLine(string keys, string expected, CancellationToken cancellationToken)
    {
        Task<SecretBuffer?> asking = Ask(new SecretQuestion(SecretKind.Passphrase, "Passphrase"), cancellationToken);
        await _messages.ShowsAsync("Passphrase: ", cancellationToken);
        _terminal.Type(keys);
        using SecretBuffer? secret = await asking;
        Assert.That(Encoding.UTF8.GetString(secret!.Span), Is.EqualTo(expected));
    }

    [Test]
    public async Task AskSecretAsync_TypedBeforeTheQuestion_IsThrownAway(CancellationToken cancellationToken)
    {
        _terminal.Type("yes\n");
        await _terminal.ShowsAsync("yes", cancellationToken);
        Task<SecretBuffer?> asking = Ask(new SecretQuestion(SecretKind.Password, "Password"), cancellationToken);
        await _messages.ShowsAsync("Password: ", cancellationToken);
        _terminal.Type("Staple\n");
        using SecretBuffer? secret = await asking;
        Assert.That(Encoding.UTF8.GetString(secret!.Span), Is.EqualTo("Staple"));
    }

    [Test]
    public async Task AskSecretAsync_EndOfInputOnAnEmptyLine_Declines(CancellationToken cancellationToken)
    {
        Task<SecretBuffer?> asking = Ask(new SecretQuestion(SecretKind.Password, "Password"), cancellationToken);
        await _messages.ShowsAsync("Password: ", cancellationToken);
        _terminal.Type("\u0004");
        Assert.That(await asking, Is.Null);
    }

    [Test]
    public async Task AskSecretAsync_LongestLine_IsTakenWhole(CancellationToken cancellationToken)
    {
        Task<SecretBuffer?> asking = Ask(new SecretQuestion(SecretKind.Password, "Password"), cancellationToken);
        await _messages.ShowsAsync("Password: ", cancellationToken);
        _terminal.Type(new string('x', SecretLine.MaximumLength) + "\n");
        using SecretBuffer? secret = await asking;
        Assert.That(secret!.Length, Is.EqualTo(SecretLine.MaximumLength));
    }

    [Test]
    public async Task AskSecretAsync_LongerThanTheLongestLine_IsRefusedNotCut(CancellationToken cancellationToken)
    {
        Task<SecretBuffer?> asking = Ask(new SecretQuestion(SecretKind.Password, "Password"), cancellationToken);
        await _messages.ShowsAsync("Password: ", cancellationToken);
        _terminal.Type(new string('x', SecretLine.MaximumLength + 1) + "\n");
        FaultException fault = Assert.ThrowsAsync<FaultException>(async () => await asking)!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.BadInput));
        Assert.That(fault.Message, Does.Contain("longer than 1024 bytes"));
    }

    [Test]
    public async Task AskSecretAsync_BytesThatAreNoText_AreRefused(CancellationToken cancellationToken)
    {
        Task<SecretBuffer?> asking = Ask(new SecretQuestion(SecretKind.Password, "Password"), cancellationToken);
        await _messages.ShowsAsync("Password: ", cancellationToken);
        _terminal.Type([0x61, 0xff, (byte)'\n']);
        FaultException fault = Assert.ThrowsAsync<FaultException>(async () => await asking)!;
        Assert.That(fault.Message, Does.Contain("UTF-8"));
    }

    [Test]
    public async Task AskSecretAsync_Cancelled_EndsAtOnce(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<SecretBuffer?> asking = Ask(new SecretQuestion(SecretKind.Password, "Password"), stop.Token);
        await _messages.ShowsAsync("Password: ", cancellationToken);
        _terminal.Type("horse");
        long begun = Stopwatch.GetTimestamp();
        await stop.CancelAsync();
        Assert.That(async () => await asking, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(Stopwatch.GetElapsedTime(begun), Is.LessThan(TimeSpan.FromSeconds(1)));
    }

    [Test]
    public async Task AskSecretAsync_RepeatedAlike_IsTaken(CancellationToken cancellationToken)
    {
        Task<SecretBuffer?> asking = Ask(new SecretQuestion(SecretKind.Password, "New password", Repeat: true), cancellationToken);
        await _messages.ShowsAsync("New password: ", cancellationToken);

        // Both at once, as when pasted: the echo stays off between them.
        _terminal.Type("horse\nhorse\n");
        using SecretBuffer? secret = await asking;
        Assert.That(Encoding.UTF8.GetString(secret!.Span), Is.EqualTo("horse"));
    }

    [Test]
    public async Task AskSecretAsync_RepeatedDifferently_AsksAgainAndThenGivesUp(CancellationToken cancellationToken)
    {
        Task<SecretBuffer?> asking = Ask(new SecretQuestion(SecretKind.Password, "New password", Repeat: true), cancellationToken);
        await _messages.ShowsAsync("New password: ", cancellationToken);
        _terminal.Type("horse\nhorze\n");
        await _messages.ShowsAsync("The two differ. New password: ", cancellationToken);
        _terminal.Type("horse\nhors\nhorse\nhorse2\n");
        FaultException fault = Assert.ThrowsAsync<FaultException>(async () => await asking)!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.Usage));
    }

    [Test]
    public async Task AskSecretAsync_PinMatrix_DrawsTheKeypadAndTakesItsKeysOnly(CancellationToken cancellationToken)
    {
        Task<SecretBuffer?> asking = Ask(new SecretQuestion(SecretKind.PinMatrix, "PIN of the Trezor", Attempt: 2), cancellationToken);
        await _messages.ShowsAsync("PIN: ", cancellationToken);
        Assert.That(_messages.Text, Does.StartWith("That was wrong. PIN of the Trezor").And.Contain("7 8 9\n    4 5 6\n    1 2 3\n"));
        _terminal.Type("1x0\u001b[A95\u007f3\n");
        using SecretBuffer? pin = await asking;
        Assert.That(Encoding.UTF8.GetString(pin!.Span), Is.EqualTo("193"));
    }

    [Test]
    public async Task AskSecretAsync_KeysThatSendDigitsOfTheirOwn_AreNoPin(CancellationToken cancellationToken)
    {
        Task<SecretBuffer?> asking = Ask(new SecretQuestion(SecretKind.PinMatrix, "PIN"), cancellationToken);
        await _messages.ShowsAsync("PIN: ", cancellationToken);
        _terminal.Type("1\u001b[3~\u001bO2P\u001b[15~7\n");
        using SecretBuffer? pin = await asking;
        Assert.That(Encoding.UTF8.GetString(pin!.Span), Is.EqualTo("17"));
    }

    [TestCase("5", (byte)'5')]
    [TestCase("\u001b[3~a0\n\t9", (byte)'9', Description = "nothing but a place counts, an arrow or Delete key neither")]
    [TestCase("\u007f", (byte)8)]
    [TestCase("\b", (byte)8)]
    public async Task AskSecretAsync_SeedPlace_IsOneKeyWithoutEnter(string keys, byte place, CancellationToken cancellationToken)
    {
        Task<SecretBuffer?> asking = Ask(new SecretQuestion(SecretKind.SeedPlace, "word 3 of 12, choice 1"), cancellationToken);
        await _messages.ShowsAsync("word 3 of 12, choice 1: ", cancellationToken);
        _terminal.Type(keys);
        using SecretBuffer? typed = await asking;
        Assert.That(typed!.Span.ToArray(), Is.EqualTo((byte[])[place]));
        Assert.That(_terminal.Screen, Is.Empty, "nothing is echoed");
    }

    [Test]
    public async Task AskSecretAsync_SeedPlaceDeclined_IsNull(CancellationToken cancellationToken)
    {
        Task<SecretBuffer?> asking = Ask(new SecretQuestion(SecretKind.SeedPlace, "word"), cancellationToken);
        await _messages.ShowsAsync("word: ", cancellationToken);
        _terminal.Type("\u0004");
        Assert.That(await asking, Is.Null);
    }

    [Test]
    public async Task AskSecretAsync_EmptyPin_Declines(CancellationToken cancellationToken)
    {
        Task<SecretBuffer?> asking = Ask(new SecretQuestion(SecretKind.PinMatrix, "PIN"), cancellationToken);
        await _messages.ShowsAsync("PIN: ", cancellationToken);
        _terminal.Type("\n");
        Assert.That(await asking, Is.Null);
    }

    [Test]
    public async Task AskSecretAsync_TwoAtOnce_OneAfterTheOther(CancellationToken cancellationToken)
    {
        Task<SecretBuffer?> first = Ask(new SecretQuestion(SecretKind.Password, "First"), cancellationToken);
        await _messages.ShowsAsync("First: ", cancellationToken);
        Task<SecretBuffer?> second = Ask(new SecretQuestion(SecretKind.Password, "Second"), cancellationToken);
        await Task.Delay(50, cancellationToken);
        Assert.That(_messages.Text, Does.Not.Contain("Second"));
        _terminal.Type("1\n");
        using SecretBuffer? one = await first;
        await _messages.ShowsAsync("Second: ", cancellationToken);
        _terminal.Type("2\n");
        using SecretBuffer? two = await second;
        Assert.That(one!.Span[0], Is.EqualTo((byte)'1'));
        Assert.That(two!.Span[0], Is.EqualTo((byte)'2'));
    }

    [TestCase(SecretKind.Password, "--password-file FILE or --password-fd N")]
    [TestCase(SecretKind.PinMatrix, "at a terminal")]
    [TestCase(SecretKind.SeedPlace, "at a terminal")]
    [TestCase(SecretKind.Passphrase, "on the device")]
    public async Task AskSecretAsync_NoTerminal_SaysWhatToGiveInstead(SecretKind kind, string advice, CancellationToken cancellationToken)
    {
        using var person = new TerminalPerson(_messages, messagesAreSeen: true, "/dev/no-such-terminal");
        Assert.That(await person.AskSecretAsync(new SecretQuestion(kind, "The secret"), cancellationToken), Is.Null);
        Assert.That(_messages.Text, Does.Contain("The secret").And.Contain(advice));
    }

    [Test]
    public async Task AskSecretAsync_StderrElsewhere_AsksOnTheTerminalToo(CancellationToken cancellationToken)
    {
        using var person = new TerminalPerson(_messages, messagesAreSeen: false, _terminal.Path);
        Task<SecretBuffer?> asking = person.AskSecretAsync(new SecretQuestion(SecretKind.Password, "Password"), cancellationToken).AsTask();
        await _terminal.ShowsAsync("Password: ", cancellationToken);
        _terminal.Type("horse\n");
        using SecretBuffer? secret = await asking;
        Assert.That(secret!.Length, Is.EqualTo(5));
    }

    [TestCase("y\n", true)]
    [TestCase("YES\n", true)]
    [TestCase(" yes \n", true)]
    [TestCase("n\n", false)]
    [TestCase("\n", false)]
    [TestCase("yesterday\n", false)]
    [TestCase("\u0004", false)]
    [TestCase("y................................................................................................\n", false)]
    public async Task ConfirmAsync_OnlyYes_IsYes(string keys, bool expected, CancellationToken cancellationToken)
    {
        Task<bool> asking = _person.ConfirmAsync("Go on?", cancellationToken).AsTask();
        await _messages.ShowsAsync("Go on? [y/N] ", cancellationToken);
        _terminal.Type(keys);
        Assert.That(await asking, Is.EqualTo(expected));
    }

    [Test]
    public async Task ConfirmAsync_Cancelled_EndsAtOnce(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<bool> asking = _person.ConfirmAsync("Go on?", stop.Token).AsTask();
        await _messages.ShowsAsync("Go on? ", cancellationToken);
        await stop.CancelAsync();
        Assert.That(async () => await asking, Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task ConfirmAsync_NoTerminal_IsNo(CancellationToken cancellationToken)
    {
        using var person = new TerminalPerson(_messages, messagesAreSeen: true, "/dev/no-such-terminal");
        Assert.That(await person.ConfirmAsync("Go on?", cancellationToken), Is.False);
        Assert.That(_messages.Text, Does.Contain("Go on?").And.Contain("without a terminal"));
    }

    [Test]
    public void Tell_ControlCharacters_DoNotReachTheTerminal()
    {
        _person.Tell("label \u001b]0;evil\u0007\u009b31m\r\nnext line");
        Assert.That(_messages.Text, Is.EqualTo("label \ufffd]0;evil\ufffd\ufffd31m\ufffd\nnext line\n"));
    }

    private Task<SecretBuffer?> Ask(SecretQuestion question, CancellationToken cancellationToken) =>
        _person.AskSecretAsync(question, cancellationToken).AsTask();

    /// <summary>stderr, as the test sees it.</summary>
    private sealed class SharedWriter : StringWriter
    {
        private readonly Lock _lock = new();

        internal string Text
        {
            get
            {
                lock (_lock)
                {
                    return ToString();
                }
            }
        }

        public override void Write(char value)
        {
            lock (_lock)
            {
                base.Write(value);
            }
        }

        public override void Write(string? value)
        {
            lock (_lock)
            {
                base.Write(value);
            }
        }

        internal Task ShowsAsync(string text, CancellationToken cancellationToken) =>
            PseudoTerminal.UntilAsync(() => Text.Contains(text, StringComparison.Ordinal), cancellationToken);
    }
}
