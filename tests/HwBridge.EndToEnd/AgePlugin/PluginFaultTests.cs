using System.Text;
using HwBridge.Core.Secrets;
using HwBridge.EndToEnd.Faults;
using HwBridge.Protocols.Age;

namespace HwBridge.EndToEnd.AgePlugin;

/// <summary>The device or the age program goes away at any moment: always an error with its cause, never a silent death or a hang.</summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class PluginFaultTests : IDisposable
{
    private const int Points = 20;
    private const int AtOnce = 3;

    private readonly AgeWorkplace _age = new();

    public void Dispose() => _age.Dispose();

    [Test]
    public async Task Ledger_CutOffAtEachByte_IsAnErrorOfAge()
    {
        using SoftwareDevice device = await _age.StartAsync("ledger").ConfigureAwait(false);
        (string identity, string recipient) = await _age.EnrolAsync(device, "--no-device-test").ConfigureAwait(false);
        string file = await _age.EncryptAsync("", "-r", recipient).ConfigureAwait(false);
        int whole;
        TcpRelay relay = new(device.Port);
        await using (relay.ConfigureAwait(false))
        {
            await _age.DecryptAsync(relay.Uri, "-i", identity, file).ConfigureAwait(false);
            whole = relay.Answers.Length;
        }

        int[] points = PointsBelow(whole);
        foreach (int point in points)
        {
            // One after the other: the app serves one client at a time.
            TcpRelay cut = new(device.Port, point);
            await using (cut.ConfigureAwait(false))
            {
                AgeWorkplace.AssertPluginError(await _age.AgeAsync(cut.Uri, "-d", "-i", identity, file).ConfigureAwait(false), "ledger+tcp://");
            }
        }

        await TestContext.Out.WriteLineAsync($"age -d with a Ledger: cut off after {points.Length} of {whole} bytes").ConfigureAwait(false);
    }

    [TestCase("t2t1")]
    [TestCase("t1b1")]
    public async Task Trezor_GoneAfterEachPacket_IsAnErrorOfAge(string model)
    {
        using SoftwareDevice device = await _age.StartAsync(model).ConfigureAwait(false);
        (string identity, string recipient) = await _age.EnrolAsync(device, "--no-device-test").ConfigureAwait(false);
        string file = await _age.EncryptAsync("", "-r", recipient).ConfigureAwait(false);
        int whole;
        UdpRelay relay = new(device.Port);
        await using (relay.ConfigureAwait(false))
        {
            await _age.DecryptAsync(relay.Uri, "-i", identity, file).ConfigureAwait(false);
            whole = relay.Answers.Count;
        }

        // A busy machine sends some packets twice, so the last points may be past what is needed: then the file opens, and whole.
        int[] points = PointsBelow(whole);
        int errors = 0;
        await Parallel.ForEachAsync(points, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (point, _) =>
        {
            using SoftwareDevice own = await _age.StartAsync(model).ConfigureAwait(false);
            UdpRelay cut = new(own.Port, point);
            await using (cut.ConfigureAwait(false))
            {
                Outcome outcome = await _age.AgeAsync(cut.Uri, "-d", "-i", identity, file).ConfigureAwait(false);
                if (outcome.ExitCode == 0)
                {
                    Assert.That(outcome.Output, Is.EqualTo(AgeWorkplace.Plaintext.TrimEnd('\n')), $"{outcome}");
                    return;
                }

                AgeWorkplace.AssertPluginError(outcome, "trezor+udp://");
                Interlocked.Increment(ref errors);
            }
        }).ConfigureAwait(false);
        Assert.That(errors, Is.GreaterThanOrEqualTo(points.Length - 2));
        await TestContext.Out.WriteLineAsync($"age -d with a Trezor ({model}): gone after {errors} of {whole} packets").ConfigureAwait(false);
    }

    [TestCase("identity-v1")]
    [TestCase("recipient-v1")]
    public async Task AgeProgram_GoneAtAnyByte_EndsThePlugin(string machine)
    {
        byte[] request = await RequestAsync(machine).ConfigureAwait(false);
        int[] points = [.. PointsBelow(request.Length), request.Length];
        await Parallel.ForEachAsync(points, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (point, _) =>
        {
            using PluginClient client = new(machine, "emulator:trezor");
            client.Write(request[..point]);
            client.HangUp();
            Assert.That(await client.ExitAsync().ConfigureAwait(false), Is.Not.Zero);
        }).ConfigureAwait(false);
        await TestContext.Out.WriteLineAsync($"{machine}: the age program gone after {points.Length} of {request.Length} bytes").ConfigureAwait(false);
    }

    [TestCase("identity-v1")]
    [TestCase("recipient-v1")]
    public async Task AgeProgram_GoneBeforeEachAnswer_EndsThePlugin(string machine)
    {
        byte[] request = await RequestAsync(machine).ConfigureAwait(false);
        int commands;
        using (PluginClient whole = new(machine, "emulator:trezor"))
        {
            whole.Write(request);
            commands = (await whole.TalkAsync().ConfigureAwait(false)).Count;
            Assert.That(await whole.ExitAsync().ConfigureAwait(false), Is.Zero);
        }

        for (int gone = 1; gone < commands; gone++)
        {
            using PluginClient client = new(machine, "emulator:trezor");
            client.Write(request);
            for (int i = 1; i < gone; i++)
            {
                Assert.That(await client.ReceiveAsync().ConfigureAwait(false), Is.Not.Null);
                client.Write(PluginClient.Encode("ok", [], []));
            }

            Assert.That(await client.ReceiveAsync().ConfigureAwait(false), Is.Not.Null);
            client.HangUp();
            Assert.That(await client.ExitAsync().ConfigureAwait(false), Is.Not.Zero);
        }

        await TestContext.Out.WriteLineAsync($"{machine}: the age program gone before {commands - 1} of {commands - 1} answers").ConfigureAwait(false);
    }

    [TestCase("ledger", "gone")]
    [TestCase("t2t1", "gone")]
    [TestCase("t1b1", "gone")]
    [TestCase("ledger", "signal")]
    [TestCase("t2t1", "signal")]
    [TestCase("t1b1", "signal")]
    public async Task AgeProgram_GoneWhileAPersonIsAsked_EndsThePluginAndTakesTheQuestionBack(string maker, string how)
    {
        const int Interrupt = 2;
        using SoftwareDevice device = await _age.StartAsync(maker, "--approve", "ask").ConfigureAwait(false);
        (string identity, string recipient) = await _age.EnrolAsync(device, "--no-device-test").ConfigureAwait(false);
        string file = await _age.EncryptAsync("", "-r", recipient).ConfigureAwait(false);
        int lines = device.Lines;
        if (how == "gone")
        {
            using PluginClient client = new("identity-v1", device.Uri);
            client.Send("add-identity", (await File.ReadAllLinesAsync(identity).ConfigureAwait(false))[^1]);
            client.Send(0, AgeFile.Parse(await File.ReadAllBytesAsync(file).ConfigureAwait(false)).Header.Stanzas);
            client.Send("done");
            Assert.That((await client.ReceiveAsync().ConfigureAwait(false))?.Type, Is.EqualTo("msg"));
            client.Write(PluginClient.Encode("ok", [], []));
            await device.ShowsMoreThanAsync(lines).ConfigureAwait(false);
            client.HangUp();
            Assert.That(await client.ExitAsync().ConfigureAwait(false), Is.EqualTo(130));
        }
        else
        {
            // A Ctrl-C at the terminal reaches age alone here: its death must end the plugin too.
            using RunningCommand age = RunningCommand.Program(_age.Place.Folder, false, "env", $"HWBRIDGE_DEVICE={device.Uri}", "age", "-d", "-i", identity, file);
            await device.ShowsMoreThanAsync(lines).ConfigureAwait(false);
            age.Signal(Interrupt);
            Assert.That(await age.ExitAsync(PluginClient.Patience).ConfigureAwait(false), Is.Not.Zero);
        }

        if (maker == "ledger")
        {
            // A Ledger keeps its question until it is answered.
            device.Answer("n");
        }

        // The device is free again: it asks the next person.
        lines = device.Lines;
        using RunningCommand again = RunningCommand.Program(_age.Place.Folder, false, "env", $"HWBRIDGE_DEVICE={device.Uri}", "age", "-d", "-i", identity, file);
        await device.ShowsMoreThanAsync(lines).ConfigureAwait(false);
        device.Answer("y");
        Outcome outcome = await Workplace.EndAsync(again, PluginClient.Patience, "age").ConfigureAwait(false);
        Assert.That(outcome.Output, Is.EqualTo(AgeWorkplace.Plaintext.TrimEnd('\n')), $"{outcome}");
    }

    [Test]
    public async Task AgeProgram_AnswersNonsense_EndsThePlugin()
    {
        byte[] request = await RequestAsync("identity-v1").ConfigureAwait(false);
        string[] answers = ["\n\n\n", "ok\n\n", "-> ok\nAAAAA\n", "-> ok \n\n", "-> \u00e9\n\n", new string('x', 100_000)];
        foreach (string answer in answers)
        {
            using PluginClient client = new("identity-v1", "emulator:trezor");
            client.Write(request);
            IReadOnlyList<PluginStanza> said = await client.TalkAsync(_ => Encoding.UTF8.GetBytes(answer)).ConfigureAwait(false);
            Assert.That(said[^1].Type, Is.EqualTo("error"), string.Join('\n', said));
            Assert.That(said[^1].Text, Does.Contain("broke the plugin protocol"));
            Assert.That(await client.ExitAsync().ConfigureAwait(false), Is.Not.Zero);
        }

        await TestContext.Out.WriteLineAsync($"identity-v1: {answers.Length} kinds of nonsense for an answer").ConfigureAwait(false);
    }

    private static int[] PointsBelow(int whole) =>
        [.. Enumerable.Range(0, Math.Min(whole, Points)).Select(i => (int)((long)i * whole / Math.Min(whole, Points))).Distinct()];

    /// <summary>A whole first phase for the embedded Trezor.</summary>
    private async Task<byte[]> RequestAsync(string machine)
    {
        Outcome outcome = await _age.Place.HwBridgeAsync("recipient", "--identity", "--no-device-test", "--device", "emulator:trezor").ConfigureAwait(false);
        string line = outcome.Document().GetProperty("identity").GetString()!;
        using SecretBuffer fileKey = SecretBuffer.Random(AgeFile.FileKeySize);
        AgeStanza stanza = X25519Stanza.Wrap(fileKey, AgeRecipient.Parse(outcome.Document().GetProperty("recipient").GetString()!));
        return
        [
            .. PluginClient.Encode("add-identity", [line], []),
            .. machine == "identity-v1"
                ? PluginClient.Encode("recipient-stanza", ["0", stanza.Type, .. stanza.Arguments], stanza.Body.Span)
                : PluginClient.Encode("wrap-file-key", [], new byte[16]),
            .. PluginClient.Encode("done", [], []),
        ];
    }
}
