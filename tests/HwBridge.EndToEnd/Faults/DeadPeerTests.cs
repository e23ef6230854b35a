using System.Security.Cryptography;

namespace HwBridge.EndToEnd.Faults;

/// <summary>A device that goes away at any byte, says nothing, too much, nonsense, or what belongs to another conversation.</summary>
[Parallelizable(ParallelScope.All)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class DeadPeerTests : IDisposable
{
    private const int MaxPoints = 60;
    private const int AtOnce = 4;

    // Within it every wait for a device that is not waiting for a person has ended.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);

    private readonly Workplace _workplace = new();

    public void Dispose() => _workplace.Dispose();

    [TestCase("pubkeys")]
    [TestCase("check")]
    public async Task Ledger_CutOffAfterEachByte_IsAClearFault(string command)
    {
        string backup = await _workplace.MakeBackupAsync().ConfigureAwait(false);
        using SoftwareDevice device = await SoftwareDevice.StartAsync(_workplace, "ledger").ConfigureAwait(false);
        int whole;
        TcpRelay relay = new(device.Port);
        await using (relay.ConfigureAwait(false))
        {
            Outcome outcome = await RunAsync(command, relay.Uri, backup).ConfigureAwait(false);
            Assert.That(outcome.ExitCode, Is.Zero, $"{outcome}");
            whole = relay.Answers.Length;
        }

        int[] points = PointsBelow(whole);
        foreach (int point in points)
        {
            // One after the other: the app serves one client at a time.
            TcpRelay cut = new(device.Port, point);
            await using (cut.ConfigureAwait(false))
            {
                (await RunAsync(command, cut.Uri, backup).ConfigureAwait(false)).Failure(3, 9);
            }
        }

        Assert.That(_workplace.Names, Is.Empty);
        await TestContext.Out.WriteLineAsync($"{command} on a Ledger: cut off after {points.Length} of {whole} bytes").ConfigureAwait(false);
    }

    [TestCase("pubkeys")]
    [TestCase("check")]
    public async Task Trezor_GoneAfterEachPacket_IsAClearFault(string command)
    {
        string backup = await _workplace.MakeBackupAsync().ConfigureAwait(false);
        using SoftwareDevice device = await SoftwareDevice.StartAsync(_workplace, "trezor").ConfigureAwait(false);
        int whole;
        UdpRelay relay = new(device.Port);
        await using (relay.ConfigureAwait(false))
        {
            Outcome outcome = await RunAsync(command, relay.Uri, backup).ConfigureAwait(false);
            Assert.That(outcome.ExitCode, Is.Zero, $"{outcome}");
            whole = relay.Answers.Count;
        }

        // The Ping that may come after the last answer is not awaited.
        int[] points = PointsBelow(whole);
        await Parallel.ForEachAsync(points, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (point, _) =>
        {
            using SoftwareDevice own = await SoftwareDevice.StartAsync(_workplace, "trezor").ConfigureAwait(false);
            UdpRelay cut = new(own.Port, point);
            await using (cut.ConfigureAwait(false))
            {
                (await RunAsync(command, cut.Uri, backup).ConfigureAwait(false)).Failure(3, 9);
            }
        }).ConfigureAwait(false);

        Assert.That(_workplace.Names, Is.Empty);
        await TestContext.Out.WriteLineAsync($"{command} on a Trezor: gone after {points.Length} of {whole} packets").ConfigureAwait(false);
    }

    [TestCase("silent")]
    [TestCase("closes")]
    [TestCase("zeros")]
    [TestCase("ones")]
    [TestCase("noise")]
    [TestCase("short")]
    [TestCase("empty")]
    [TestCase("slow")]
    public async Task Ledger_ThatIsNone_IsAClearFault(string manner)
    {
        TcpPeer peer = new(async (client, stop) =>
        {
            byte[] buffer = new byte[512];
            await client.ReceiveAsync(buffer, stop).ConfigureAwait(false);
            switch (manner)
            {
                case "silent":
                    await Task.Delay(Timeout.Infinite, stop).ConfigureAwait(false);
                    break;
                case "closes":
                    break;
                case "short":
                    await client.SendAsync(new byte[] { 0, 0, 0, 40, 1, 2, 3 }, stop).ConfigureAwait(false);
                    await Task.Delay(Timeout.Infinite, stop).ConfigureAwait(false);
                    break;
                case "empty":
                    await client.SendAsync(new byte[] { 0, 0, 0, 0, 0x90, 0 }, stop).ConfigureAwait(false);
                    await Task.Delay(Timeout.Infinite, stop).ConfigureAwait(false);
                    break;
                case "slow":
                    await client.SendAsync(new byte[] { 0, 0, 0, 200 }, stop).ConfigureAwait(false);
                    while (true)
                    {
                        await client.SendAsync(new byte[1], stop).ConfigureAwait(false);
                        await Task.Delay(200, stop).ConfigureAwait(false);
                    }

                default:
                    while (true)
                    {
                        byte[] piece = new byte[4096];
                        piece.AsSpan().Fill(manner == "ones" ? (byte)0xff : (byte)0);
                        await client.SendAsync(manner == "noise" ? RandomNumberGenerator.GetBytes(4096) : piece, stop).ConfigureAwait(false);
                    }
            }
        });
        await using (peer.ConfigureAwait(false))
        {
            Outcome outcome = await RunAsync("pubkeys", peer.Uri, string.Empty).ConfigureAwait(false);

            // Noise may happen to spell a status word of its own.
            outcome.Failure(manner is "noise" or "zeros" ? [3, 5, 9] : [3, 9]);
        }
    }

    [TestCase("silent")]
    [TestCase("pong")]
    [TestCase("zeros")]
    [TestCase("noise")]
    [TestCase("short")]
    [TestCase("flood")]
    [TestCase("endless")]
    public async Task Trezor_ThatIsNone_IsAClearFault(string manner)
    {
        UdpPeer peer = new(packet => Answer(packet.Span.SequenceEqual("PINGPING"u8), manner));
        await using (peer.ConfigureAwait(false))
        {
            (await RunAsync("pubkeys", peer.Uri, string.Empty).ConfigureAwait(false)).Failure(3, 9);
        }
    }

    [Test]
    public async Task Trezor_ThatAnswersForAnotherSession_IsAClearFault()
    {
        using SoftwareDevice device = await SoftwareDevice.StartAsync(_workplace, "trezor").ConfigureAwait(false);
        UdpRelay relay = new(device.Port);
        Queue<byte[]> recorded;
        await using (relay.ConfigureAwait(false))
        {
            await RunAsync("pubkeys", relay.Uri, string.Empty).ConfigureAwait(false);
            recorded = new Queue<byte[]>(relay.Answers.Where(packet => packet.Length == 64));
        }

        UdpPeer peer = new(packet =>
            packet.Span.SequenceEqual("PINGPING"u8) ? ["PONGPONG"u8.ToArray()]
            : recorded.TryDequeue(out byte[]? next) ? [next]
            : []);
        await using (peer.ConfigureAwait(false))
        {
            (await RunAsync("pubkeys", peer.Uri, string.Empty).ConfigureAwait(false)).Failure(9);
        }
    }

    [Test]
    public async Task BackupCreate_OnALedgerThatRepeatsOldAnswers_RefusesIt()
    {
        using SoftwareDevice device = await SoftwareDevice.StartAsync(_workplace, "ledger").ConfigureAwait(false);
        TcpRelay relay = new(device.Port);
        byte[] recorded;
        await using (relay.ConfigureAwait(false))
        {
            Outcome made = await RunAsync("create", relay.Uri, string.Empty).ConfigureAwait(false);
            Assert.That(made.ExitCode, Is.Zero, $"{made}");
            recorded = relay.Answers;
        }

        File.Delete(_workplace["new.age"]);
        TcpPeer peer = new(async (client, stop) =>
        {
            byte[] buffer = new byte[512];
            for (int offset = 0; offset < recorded.Length;)
            {
                await client.ReceiveAsync(buffer, stop).ConfigureAwait(false);
                int length = 4 + System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(recorded.AsSpan(offset)) + 2;
                await client.SendAsync(recorded.AsMemory(offset, length), stop).ConfigureAwait(false);
                offset += length;
            }

            await Task.Delay(Timeout.Infinite, stop).ConfigureAwait(false);
        });
        await using (peer.ConfigureAwait(false))
        {
            string message = (await RunAsync("create", peer.Uri, string.Empty).ConfigureAwait(false)).Failure(9);
            Assert.That(message, Does.Contain("another secret"));
            Assert.That(_workplace.Names, Is.Empty);
        }
    }

    private static int[] PointsBelow(int whole)
    {
        Assert.That(whole, Is.GreaterThan(4));
        int count = Math.Min(whole, MaxPoints);
        return [.. Enumerable.Range(0, count).Select(i => (int)((long)i * (whole - 1) / (count - 1)))];
    }

    private static IEnumerable<byte[]> Answer(bool isPing, string manner)
    {
        if (isPing && manner != "silent")
        {
            yield return "PONGPONG"u8.ToArray();
        }
        else if (manner is "zeros")
        {
            yield return new byte[64];
        }
        else if (manner is "noise")
        {
            yield return RandomNumberGenerator.GetBytes(64);
        }
        else if (manner is "short")
        {
            yield return new byte[7];
        }
        else if (manner is "endless")
        {
            // A message of 4 GiB begins, and its packets go on.
            yield return [.. "?##\0\u0011"u8, 0xff, 0xff, 0xff, 0xff, .. new byte[55]];
            for (int i = 0; i < 100_000; i++)
            {
                yield return [(byte)'?', .. new byte[63]];
            }
        }
        else if (manner is "flood")
        {
            for (int i = 0; i < 100_000; i++)
            {
                yield return [.. "?##\0\u0002\0\0\0\0"u8, .. new byte[55]];
            }
        }
    }

    private async Task<Outcome> RunAsync(string command, string device, string backup)
    {
        string[] arguments =
        [
            "hwbridge",
            "--json",
            .. command switch
            {
                "create" => (string[])["backup", "create", "--from", Workplace.Keystores, "--password-file", _workplace.PasswordFile, "--to", device, "--out", "new.age"],
                "check" => ["check", "--device", device, "--expect", Workplace.Keystores, "--backup", backup],
                _ => ["pubkeys", "--device", device, "--index", "0-2"],
            },
        ];
        using RunningCommand running = _workplace.Start(arguments);
        return await Workplace.EndAsync(running, Patience, arguments).ConfigureAwait(false);
    }
}
