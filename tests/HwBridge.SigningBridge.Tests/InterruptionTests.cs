using System.Runtime.Versioning;
using System.Text.Json;
using HwBridge.Emulators.Screens;
using HwBridge.Shared.Relays;
using HwBridge.Shared.SigningBridge;

namespace HwBridge.SigningBridge.Tests;

/// <summary>A transaction of several APDUs that is broken off anywhere: the next one is signed as if nothing had been.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class InterruptionTests
{
    [Test]
    public async Task Client_ThatHangsUpAfterAnyApdu_LeavesTheDeviceForTheNext()
    {
        int questions = 0;
        await using Line whole = await Line.ConnectAsync(asked: () => questions++);
        string expected = await whole.SignedAsync();
        Assert.That(questions, Is.GreaterThan(4));
        int hungUp = 0;
        for (int moment = 1; moment <= questions; moment++)
        {
            int left = moment;
            using CancellationTokenSource hangUp = new();
            await using Line line = await Line.ConnectAsync(asked: () =>
            {
                if (Interlocked.Decrement(ref left) == 0)
                {
                    hangUp.Cancel();
                }
            });
            try
            {
                await line.SignAsync(nonce: 2, hangUp.Token);
            }
            catch (OperationCanceledException)
            {
                hungUp++;
            }

            Assert.That(await line.SignedAsync(), Is.EqualTo(expected), $"after APDU {moment}");
        }

        // After the last APDU the signature may be faster.
        Assert.That(hungUp, Is.GreaterThanOrEqualTo(questions - 1));
        TestContext.Out.WriteLine($"hung up after each of {questions} APDUs");
    }

    [Test]
    public async Task Device_UnpluggedAtAnyByte_IsReported_AndFoundAgain()
    {
        const int Points = 40;
        await using Line whole = await Line.ConnectAsync();
        string expected = await whole.SignedAsync();
        int length = whole.Relay.Answers.Length;
        for (int point = 0; point < Points; point++)
        {
            int limit = (length - 1) * point / (Points - 1);
            await using Line line = await Line.ConnectAsync(limit);
            Assert.That(TestBridge.Code(await line.SignAsync(nonce: 2)), Is.EqualTo(4900), $"after {limit} bytes");
            await line.PlugInAgainAsync();
            Assert.That(await line.SignedAsync(), Is.EqualTo(expected), $"after {limit} bytes");
        }

        TestContext.Out.WriteLine($"unplugged at {Points} of {length} bytes");
    }

    /// <summary>A bridge, a relay and a software Ledger that signs calls with data.</summary>
    private sealed class Line : IAsyncDisposable
    {
        private TestBridge? _bridge;

        private Line()
        {
        }

        internal TcpRelay Relay { get; private set; } = null!;

        internal static async Task<Line> ConnectAsync(long limit = long.MaxValue, Action? asked = null)
        {
            Line line = new();
            line._bridge = await TestBridge.StartAsync(reroute: device =>
            {
                line.Relay = new TcpRelay(new Uri(device).Port, limit, asked);
                return line.Relay.Uri;
            });
            line._bridge.Settings!.BlindSigning = true;
            return line;
        }

        internal Task<JsonElement> SignAsync(int nonce, CancellationToken cancellationToken = default) => _bridge!.CallAsync(
            "eth_signTransaction",
            $"[{{\"from\":\"{TestBridge.Account}\",\"to\":\"{TestBridge.Account}\",\"data\":\"0x{new string('7', 1400)}\",\"gas\":\"0x5208\","
            + $"\"nonce\":\"0x{nonce:x}\",\"maxFeePerGas\":\"0x1\",\"maxPriorityFeePerGas\":\"0x1\"}}]",
            cancellationToken);

        /// <summary>The first transaction, signed: the same bytes each time (RFC 6979).</summary>
        internal async Task<string> SignedAsync()
        {
            JsonElement answer = await SignAsync(nonce: 1);
            Assert.That(answer.TryGetProperty("result", out JsonElement signed), Is.True, $"{answer}");
            return signed.GetString()!;
        }

        /// <summary>Another software Ledger with the same seed, where the relay was.</summary>
        internal async Task PlugInAgainAsync()
        {
            int port = new Uri(Relay.Uri).Port;
            await _bridge!.UnplugAsync();
            await Relay.DisposeAsync();
            _bridge.PlugIn(new PolicyScreen(approve: true), port);
            _bridge.Settings!.BlindSigning = true;
        }

        public async ValueTask DisposeAsync()
        {
            await _bridge!.DisposeAsync();
            await Relay.DisposeAsync();
        }
    }
}
