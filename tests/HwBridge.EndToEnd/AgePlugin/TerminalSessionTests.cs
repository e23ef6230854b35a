using System.Text.RegularExpressions;
using HwBridge.EndToEnd.Faults;

namespace HwBridge.EndToEnd.AgePlugin;

/// <summary>A person at a terminal of their own: age asks there for PIN and passphrase, and hands them to the plugin.</summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed partial class TerminalSessionTests : IDisposable
{
    private const string Pin = "1379";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    private readonly AgeWorkplace _age = new();

    public void Dispose() => _age.Dispose();

    [Test]
    public async Task Pin_TypedAtTheTerminal_UnlocksAModelOne()
    {
        (string identity, string file) = await WriteAsync("t1b1", [], []).ConfigureAwait(false);
        using SoftwareDevice locked = await _age.StartAsync("t1b1", "--pin-file", PinFile()).ConfigureAwait(false);
        using RunningCommand terminal = Terminal(locked, identity, file);

        // A wrong PIN first, and keys that are no positions: both are asked again.
        await PromptAsync(terminal, 1).ConfigureAwait(false);
        terminal.Type("hello");
        await PromptAsync(terminal, 2).ConfigureAwait(false);
        terminal.Type(Positions(locked, "1111"));
        await PromptAsync(terminal, 3).ConfigureAwait(false);
        await KeypadsAsync(locked, 2).ConfigureAwait(false);
        terminal.Type(Positions(locked, Pin));
        await FinishAsync(terminal).ConfigureAwait(false);
        string screen = string.Join('\n', terminal.Output);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(screen, Does.Contain("positions on the device's keypad. Nothing was sent."));
            Assert.That(screen, Does.Contain("That was wrong."));
            Assert.That(screen, Does.Contain("7 8 9"));
            Assert.That(screen, Does.Not.Contain("hello"), "nothing is echoed");
        }
    }

    [TestCase("t1b1")]
    [TestCase("t2t1")]
    public async Task Passphrase_TypedAtTheTerminal_OpensTheHiddenWallet(string model)
    {
        const string Typed = "hidden wallet";
        const string Question = "the device shows it for comparison";
        using SoftwareDevice device = await _age.StartAsync(model, "--passphrase-protection").ConfigureAwait(false);

        // Enrolled at the terminal as well: the identity remembers that the passphrase comes from there. The question appears
        // when the echo is off, so that what is typed after it is neither shown nor thrown away.
        string identity = Path.Combine(_age.Place.Home, "hidden.txt");
        using (RunningCommand enrol = Script($"hwbridge recipient --identity --passphrase host --device {device.Uri} > {identity}"))
        {
            await enrol.WaitForAsync(() => enrol.Output.Any(line => line.Contains(Question, StringComparison.Ordinal)), Patience, "enrol").ConfigureAwait(false);
            enrol.Type(Typed);
            Assert.That(await enrol.ExitAsync(Patience).ConfigureAwait(false), Is.Zero, string.Join('\n', enrol.Output));
            Assert.That(string.Join('\n', enrol.Output), Does.Not.Contain(Typed), "nothing is echoed");
        }

        string file = await _age.EncryptAsync("", "-i", identity).ConfigureAwait(false);
        foreach ((string typed, bool opens) in ((string, bool)[])[(Typed, true), ("another one", false), ("", false)])
        {
            using RunningCommand terminal = Terminal(device, identity, file);
            await terminal.WaitForAsync(() => Shows(terminal, Question), Patience, "passphrase").ConfigureAwait(false);
            terminal.Type(typed);
            if (opens)
            {
                await FinishAsync(terminal).ConfigureAwait(false);
                continue;
            }

            Assert.That(await terminal.ExitAsync(Patience).ConfigureAwait(false), Is.EqualTo(1));
            Assert.That(Shows(terminal, "is another wallet"), Is.True, string.Join('\n', terminal.Output));
        }
    }

    [Test]
    public async Task Passphrase_OnTheDevice_IsTheDefaultOfAModelT()
    {
        using SoftwareDevice device = await _age.StartAsync("t2t1", "--passphrase-protection", "--approve", "ask").ConfigureAwait(false);
        using RunningCommand enrol = _age.Place.Start("hwbridge", "recipient", "--identity", "--no-device-test", "--device", device.Uri);
        await device.ShowsMoreThanAsync(1).ConfigureAwait(false);
        device.Answer("hidden wallet");
        Outcome enrolled = await Workplace.EndAsync(enrol, Patience, "recipient").ConfigureAwait(false);
        Assert.That(enrolled.ExitCode, Is.Zero, $"{enrolled}");
        string identity = Path.Combine(_age.Place.Home, "hidden.txt");
        await File.WriteAllTextAsync(identity, enrolled.Output + "\n").ConfigureAwait(false);
        string file = await _age.EncryptAsync("", "-i", identity).ConfigureAwait(false);
        int lines = device.Lines;
        using RunningCommand age = RunningCommand.Program(_age.Place.Folder, false, "env", $"HWBRIDGE_DEVICE={device.Uri}", "age", "-d", "-i", identity, file);
        await device.ShowsMoreThanAsync(lines).ConfigureAwait(false);
        device.Answer("hidden wallet");
        await age.WaitForAsync(() => age.Error.Any(line => line.Contains("asks whether to use its key", StringComparison.Ordinal)), Patience, "age").ConfigureAwait(false);
        device.Answer("y");
        Outcome outcome = await Workplace.EndAsync(age, Patience, "age").ConfigureAwait(false);
        Assert.That(outcome.Output, Is.EqualTo(AgeWorkplace.Plaintext.TrimEnd('\n')), $"{outcome}");
        Assert.That(outcome.Error, Does.Contain("enter the passphrase on the device"));
    }

    [Test]
    public async Task Pin_WithoutATerminal_IsAnErrorWithARemedy()
    {
        (string identity, string file) = await WriteAsync("t1b1", [], []).ConfigureAwait(false);
        using SoftwareDevice locked = await _age.StartAsync("t1b1", "--pin-file", PinFile()).ConfigureAwait(false);
        using RunningCommand age = RunningCommand.Program(
            _age.Place.Folder, false, "setsid", "-w", "env", $"HWBRIDGE_DEVICE={locked.Uri}", "age", "-d", "-i", identity, file);
        AgeWorkplace.AssertPluginError(await Workplace.EndAsync(age, Patience, "age").ConfigureAwait(false), "waits for its PIN");
    }

    private static bool Shows(RunningCommand terminal, string text) =>
        terminal.Output.Any(line => line.Contains(text, StringComparison.Ordinal));

    private static Task PromptAsync(RunningCommand terminal, int times) => terminal.WaitForAsync(
        () => terminal.Output.Count(line => line.Contains("7 8 9", StringComparison.Ordinal)) >= times, Patience, $"PIN prompt {times}");

    private static async Task FinishAsync(RunningCommand terminal)
    {
        int exit = await terminal.ExitAsync(Patience).ConfigureAwait(false);
        string screen = string.Join('\n', terminal.Output);
        Assert.That(exit, Is.Zero, screen);
        Assert.That(screen, Does.Contain(AgeWorkplace.Plaintext.TrimEnd('\n')), screen);
    }

    private static async Task KeypadsAsync(SoftwareDevice device, int count)
    {
        for (int i = 0; i < 200 && Keypad().Count(device.Screen) < count; i++)
        {
            await Task.Delay(20).ConfigureAwait(false);
        }
    }

    /// <summary>Where the digits are on the keypad that the device shows now.</summary>
    private static string Positions(SoftwareDevice device, string pin)
    {
        Match keypad = Keypad().Matches(device.Screen)[^1];
        string digits = string.Concat(keypad.Groups[3].Value, keypad.Groups[2].Value, keypad.Groups[1].Value).Replace(" ", string.Empty, StringComparison.Ordinal);
        return string.Concat(pin.Select(digit => (char)('1' + digits.IndexOf(digit, StringComparison.Ordinal))));
    }

    [GeneratedRegex(@"789: ([1-9 ]+)\n\s*456: ([1-9 ]+)\n\s*123: ([1-9 ]+)")]
    private static partial Regex Keypad();

    private async Task<(string Identity, string File)> WriteAsync(string model, string[] device, string[] options)
    {
        using SoftwareDevice ready = await _age.StartAsync(model, device).ConfigureAwait(false);
        (string identity, _) = await _age.EnrolAsync(ready, options).ConfigureAwait(false);
        return (identity, await _age.EncryptAsync("", "-i", identity).ConfigureAwait(false));
    }

    private string PinFile()
    {
        string file = Path.Combine(_age.Place.Home, "pin.txt");
        File.WriteAllText(file, Pin + "\n");
        return file;
    }

    private RunningCommand Terminal(SoftwareDevice device, string identity, string file) =>
        Script($"HWBRIDGE_DEVICE={device.Uri} age -d -i {identity} {file}");

    /// <summary>A session with a terminal of its own; what is typed goes to the terminal, all that it shows comes back.</summary>
    private RunningCommand Script(string command) =>
        RunningCommand.Program(_age.Place.Folder, holdsInput: true, "script", "-qefc", command, "/dev/null");
}
