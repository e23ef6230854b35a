using HwBridge.EndToEnd.Memory;
using HwBridge.Shared.Terminals;

namespace HwBridge.EndToEnd.Faults;

/// <summary>The check of a seed as processes: a person at device and terminal, Ctrl-C at each question, a device that goes away.</summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class SeedTests : IDisposable
{
    private const string Words = "scheme spot photo card baby mountain device kick cradle pact join borrow";
    private const int Interrupt = 2;
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    private readonly Workplace _workplace = new();

    public void Dispose() => _workplace.Dispose();

    [TestCase(Words, 0, "The seed is valid and matches the one in the device")]
    [TestCase("zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo wrong", 1, "The seed is valid but does not match the one in the device")]
    [TestCase("spot scheme photo card baby mountain device kick cradle pact join borrow", 1, "Invalid seed, are words in correct order?")]
    public async Task ModelOne_PlacesTypedAtATerminal_GiveItsVerdict(string words, int exit, string said)
    {
        using SoftwareDevice device = await StartAsync("t1b1").ConfigureAwait(false);
        using PseudoTerminal terminal = new();
        using HeldCommand command = Held(terminal, device.Uri);
        SeedTypist typist = new(device, terminal, command, words);
        await typist.TypeAsync(48).ConfigureAwait(false);
        device.Answer("y");
        Outcome outcome = await command.EndAsync().ConfigureAwait(false);
        Assert.That(outcome.ExitCode, Is.EqualTo(exit), $"{outcome}");
        Assert.That(outcome.Document().GetProperty("seed").GetProperty("said").GetString(), Does.Contain(said));
        Assert.That(terminal.Screen.Replace("\n", "", StringComparison.Ordinal), Does.Not.Match("choice [1-4]: [1-9]"), "nothing is echoed");
    }

    [Test]
    public async Task ModelOne_InterruptedAtEachQuestion_IsAtHomeAgain()
    {
        // The first and the last choices of words, and all of one in the middle; then the verdict.
        int[] points = [0, 1, 3, 4, 20, 21, 22, 23, 44, 47, 48];
        using SoftwareDevice device = await StartAsync("t1b1").ConfigureAwait(false);
        foreach (int point in points)
        {
            using PseudoTerminal terminal = new();
            using HeldCommand command = Held(terminal, device.Uri);
            SeedTypist typist = new(device, terminal, command, Words);
            await typist.TypeAsync(point).ConfigureAwait(false);
            if (point == 48)
            {
                await command.UntilAsync(() => device.Screen.TrimEnd().EndsWith("approve? [y/N]", StringComparison.Ordinal) || device.Screen.Contains("MATCHES", StringComparison.Ordinal), "the verdict").ConfigureAwait(false);
            }

            command.Interrupt();
            Outcome outcome = await command.EndAsync().ConfigureAwait(false);
            outcome.Failure(130);
            Assert.That(terminal.Echoes, Is.True, "the terminal was not given back");
        }

        // A review that was taken off the screen leaves its reader waiting for a line.
        device.Answer(string.Empty);
        await CheckWholeAsync(device).ConfigureAwait(false);
        await TestContext.Out.WriteLineAsync($"check --seed on a Model One: interrupted at {points.Length} of 49 questions").ConfigureAwait(false);
    }

    [Test]
    public async Task ModelT_InterruptedAtEachScreen_IsAtHomeAgain()
    {
        string[] screens = ["Seed check", "Number of words", "Enter recovery seed", .. Enumerable.Range(1, 12).Select(word => $"Word {word} of 12"), "The seed is valid"];
        string[] lines = ["y", "12", "y", .. Words.Split(' ')];
        for (int point = 0; point < screens.Length; point++)
        {
            using SoftwareDevice device = await StartAsync("t2t1").ConfigureAwait(false);
            using RunningCommand running = _workplace.Start("hwbridge", "--json", "check", "--seed", "--device", device.Uri);
            for (int at = 0; at < point; at++)
            {
                device.Answer(lines[at]);
            }

            await running.WaitForAsync(() => device.Screen.Contains(screens[point], StringComparison.Ordinal), Soon, screens[point]).ConfigureAwait(false);
            running.Signal(Interrupt);
            (await Workplace.EndAsync(running, Soon, "check --seed").ConfigureAwait(false)).Failure(130);

            // The line that the withdrawn screen waited for goes to the next one.
            Outcome outcome = await CheckOnModelTAsync(device, device.Uri).ConfigureAwait(false);
            Assert.That(outcome.ExitCode, Is.Zero, $"after {screens[point]}: {outcome}");
        }

        await TestContext.Out.WriteLineAsync($"check --seed on a Model T: interrupted at each of {screens.Length} screens").ConfigureAwait(false);
    }

    [Test]
    public async Task ModelT_GoneAfterEachPacket_IsAClearFault()
    {
        using SoftwareDevice device = await StartAsync("t2t1").ConfigureAwait(false);
        int whole;
        UdpRelay relay = new(device.Port);
        await using (relay.ConfigureAwait(false))
        {
            Outcome outcome = await CheckOnModelTAsync(device, relay.Uri).ConfigureAwait(false);
            Assert.That(outcome.ExitCode, Is.Zero, $"{outcome}");
            whole = relay.Answers.Count;
        }

        await Parallel.ForEachAsync(Enumerable.Range(0, whole - 1), new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (point, _) =>
        {
            using SoftwareDevice own = await StartAsync("t2t1").ConfigureAwait(false);
            UdpRelay cut = new(own.Port, point);
            await using (cut.ConfigureAwait(false))
            {
                (await CheckOnModelTAsync(own, cut.Uri).ConfigureAwait(false)).Failure(3, 9);
            }
        }).ConfigureAwait(false);
        await TestContext.Out.WriteLineAsync($"check --seed on a Model T: gone after each of {whole - 1} packets").ConfigureAwait(false);
    }

    private async Task<SoftwareDevice> StartAsync(string model)
    {
        string file = Path.Combine(_workplace.Home, "seed.txt");
        await File.WriteAllTextAsync(file, Words).ConfigureAwait(false);
        return await SoftwareDevice.StartAsync(_workplace, "trezor", "--model", model, "--seed-file", file, "--approve", "ask").ConfigureAwait(false);
    }

    private HeldCommand Held(PseudoTerminal terminal, string uri) =>
        HeldCommand.Start(_workplace, terminal, "--json", "check", "--seed", "--words", "12", "--device", uri);

    private async Task CheckWholeAsync(SoftwareDevice device)
    {
        using PseudoTerminal terminal = new();
        using HeldCommand command = Held(terminal, device.Uri);
        await new SeedTypist(device, terminal, command, Words).TypeAsync(48).ConfigureAwait(false);
        device.Answer("y");
        Outcome outcome = await command.EndAsync().ConfigureAwait(false);
        Assert.That(outcome.ExitCode, Is.Zero, $"{outcome}");
    }

    private async Task<Outcome> CheckOnModelTAsync(SoftwareDevice device, string uri)
    {
        foreach (string line in (string[])["y", "12", "y", .. Words.Split(' '), "y"])
        {
            device.Answer(line);
        }

        return await _workplace.HwBridgeAsync("check", "--seed", "--device", uri).ConfigureAwait(false);
    }
}
