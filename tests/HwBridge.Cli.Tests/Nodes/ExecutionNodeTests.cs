using System.Net;
using System.Net.Sockets;
using System.Numerics;
using System.Text;
using HwBridge.Cli.Nodes;
using HwBridge.Core.Faults;
using HwBridge.Core.Staking;

namespace HwBridge.Cli.Tests.Nodes;

/// <summary>What a node may answer, and what is made of it.</summary>
internal sealed class ExecutionNodeTests
{
    [Test]
    public async Task Ask_ANode_ReadsItsNumbers()
    {
        await using FakeNode fake = new(question => question switch
        {
            _ when question.Contains("eth_chainId", StringComparison.Ordinal) => """{"jsonrpc":"2.0","id":1,"result":"0x88bb0"}""",
            _ when question.Contains("pending", StringComparison.Ordinal) => """{"jsonrpc":"2.0","id":1,"result":"0x0"}""",
            _ when question.Contains("latest\",false", StringComparison.Ordinal) => """{"result":{"baseFeePerGas":"0x3b9aca00","transactions":[]}}""",
            _ when question.Contains("eth_estimateGas", StringComparison.Ordinal) => """{"result":"0x5208"}""",
            _ => """{"result":"0x0000000000000000000000000000000000000000000000000000000000000011"}""",
        });
        using ExecutionNode node = new(fake.Url);
        StakerCall call = new(StakerCall.WithdrawalContract, 17, new byte[56]);
        Assert.That(await node.ChainIdAsync(CancellationToken.None), Is.EqualTo((BigInteger)560048));
        Assert.That(await node.NonceAsync(default, CancellationToken.None), Is.EqualTo(BigInteger.Zero));
        Assert.That(await node.BaseFeeAsync(CancellationToken.None), Is.EqualTo((BigInteger)1_000_000_000));
        Assert.That(await node.GasAsync(default, call, CancellationToken.None), Is.EqualTo((BigInteger)21000));
        Assert.That(await node.RequestFeeAsync(StakerCall.WithdrawalContract, CancellationToken.None), Is.EqualTo((BigInteger)17));
        Assert.That(fake.Questions, Has.One.Contains("\"value\":\"0x11\""));
        Assert.That(fake.Questions, Has.One.Contains($"{{\"to\":\"{StakerCall.WithdrawalContract}\"}}"));
        Assert.That(fake.Questions, Has.None.Contains("eth_send"));
    }

    [TestCase("""{"error":{"code":-32000,"message":"insufficient funds"}}""", "insufficient funds")]
    [TestCase("""{"result":"17"}""", "something else")]
    [TestCase("""{"result":"0x"}""", "something else")]
    [TestCase("""{"result":"0x0011"}""", "something else")]
    [TestCase("""{"result":17}""", "something else")]
    [TestCase("""{"result":"0x1g"}""", "something else")]
    [TestCase("""{"result":null}""", "something else")]
    [TestCase("""[]""", "something else")]
    [TestCase("""{"result":""", "failed")]
    [TestCase("""not json""", "failed")]
    public async Task Ask_NonsenseOrAnError_IsToldWithTheQuestion(string answer, string words)
    {
        await using FakeNode fake = new(_ => answer);
        using ExecutionNode node = new(fake.Url);
        FaultException fault = Assert.ThrowsAsync<FaultException>(async () => await node.ChainIdAsync(CancellationToken.None))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.Io));
        Assert.That(fault.Message, Does.Contain("eth_chainId").And.Contains(words));
    }

    [Test]
    public async Task Ask_MoreThanAnAnswerHas_IsRefused()
    {
        await using FakeNode fake = new(_ => new string(' ', 3 << 20));
        using ExecutionNode node = new(fake.Url);
        Assert.That(async () => await node.ChainIdAsync(CancellationToken.None), Throws.TypeOf<FaultException>());
    }

    [TestCase("ftp://127.0.0.1")]
    [TestCase("http://user:word@127.0.0.1:1")]
    [TestCase("nowhere")]
    public void Node_OfNoUrl_IsAUsageFault(string url) =>
        Assert.That(() => new ExecutionNode(url), Throws.TypeOf<FaultException>().With.Property("Fault").EqualTo(Fault.Usage));

    /// <summary>One HTTP answer a connection.</summary>
    private sealed class FakeNode : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly Func<string, string> _answer;
        private readonly Task _serving;

        internal FakeNode(Func<string, string> answer)
        {
            _answer = answer;
            _listener.Start();
            Url = $"http://{_listener.LocalEndpoint}";
            _serving = ServeAsync();
        }

        internal string Url { get; }

        internal List<string> Questions { get; } = [];

        public async ValueTask DisposeAsync()
        {
            _listener.Dispose();
            await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        private async Task ServeAsync()
        {
            while (true)
            {
                using TcpClient client = await _listener.AcceptTcpClientAsync();
                NetworkStream stream = client.GetStream();
                byte[] buffer = new byte[1 << 16];
                int length = 0;
                string question;
                do
                {
                    length += await stream.ReadAsync(buffer.AsMemory(length));
                    question = Encoding.UTF8.GetString(buffer, 0, length);
                }
                while (!question.EndsWith('}'));

                Questions.Add(question);
                byte[] body = Encoding.UTF8.GetBytes(_answer(question));
                await stream.WriteAsync(Encoding.ASCII.GetBytes(
                    $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n"));
                try
                {
                    await stream.WriteAsync(body);
                }
                catch (IOException)
                {
                    // Whoever asked has heard enough.
                }
            }
        }
    }
}
