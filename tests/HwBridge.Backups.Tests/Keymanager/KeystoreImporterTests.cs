using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using HwBridge.Backups.Keymanager;
using HwBridge.Core.Eip3076;
using HwBridge.Core.Faults;
using HwBridge.Core.Networks;
using HwBridge.Core.Secrets;
using HwBridge.Shared.Keymanager;
using Microsoft.AspNetCore.Http;

namespace HwBridge.Backups.Tests.Keymanager;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class KeystoreImporterTests : IAsyncDisposable
{
    private const string Token = "api-token-0x0123456789abcdef";

    private static readonly KeymanagerDeadlines Soon = new(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(50));
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly CancellationTokenSource _late = new(Deadline);
    private readonly int _live = SecretBuffer.LiveCount;
    private KeymanagerServer _server = null!;

    [SetUp]
    public async Task SetUp() => _server = await KeymanagerServer.StartAsync(Token, Network.Hoodi.GenesisValidatorsRoot);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _late.Dispose();
        Assert.That(SecretBuffer.LiveCount, Is.EqualTo(_live), "every secret is wiped, whatever happened");
    }

    [TestCase(1)]
    [TestCase(KeystoreImporter.BatchSize)]
    [TestCase((2 * KeystoreImporter.BatchSize) + 3)]
    public async Task ImportAsync_AnEmptyClient_GetsEveryKeyUnderOnePasswordOfThisRun(int count)
    {
        ImportReport report = await ImportAsync(count);
        Assert.That(report.Trouble, Is.Null);
        Assert.That(report.IsComplete);
        Assert.That(report.Keys.Select(key => key.Status), Has.All.EqualTo(ImportStatus.Imported));
        Assert.That(_server.Keys, Is.EquivalentTo(Enumerable.Range(1, count).Select(number => TestKeys.PublicKey(number).ToString())));
        Assert.That(_server.PasswordHashes, Has.Count.EqualTo(1));
        Assert.That(_server.Paths[TestKeys.PublicKey(1).ToString()], Is.EqualTo("m/12381/3600/0/0/0"));
        Assert.That(_server.Histories, Is.Empty);
        int batches = (count + KeystoreImporter.BatchSize - 1) / KeystoreImporter.BatchSize;
        Assert.That(_server.Requests.Select(request => request.Split(' ')[0]), Is.EqualTo((string[])["GET", .. Enumerable.Repeat(new[] { "POST", "GET" }, batches).SelectMany(two => two)]));
        await using KeymanagerServer second = await KeymanagerServer.StartAsync(Token, Network.Hoodi.GenesisValidatorsRoot);
        await ImportAsync(1, server: second);
        Assert.That(second.PasswordHashes, Is.Not.EqualTo(_server.PasswordHashes), "each run has a password of its own");
    }

    [Test]
    public async Task ImportAsync_KeysThatTheClientHas_AreToldApartAndNotSent()
    {
        _server.Add(TestKeys.PublicKey(2));
        ImportReport report = await ImportAsync(3);
        Assert.That(report.Keys.Select(key => key.Status), Is.EqualTo([ImportStatus.Imported, ImportStatus.Duplicate, ImportStatus.Imported]));
        int requests = _server.Requests.Count;
        ImportReport again = await ImportAsync(3);
        Assert.That(again.Keys.Select(key => key.Status), Has.All.EqualTo(ImportStatus.Duplicate));
        Assert.That(again.IsComplete);
        Assert.That(_server.Requests.Skip(requests), Is.EqualTo(["GET 0"]), "nothing is sent again");
    }

    [Test]
    public async Task ImportAsync_WithAHistory_SendsForEachBatchWhatItsKeysHaveSigned()
    {
        const int count = KeystoreImporter.BatchSize + 2;
        SlashingHistory history = Enumerable.Range(1, count + 5).Select(number => History(number)).Aggregate((one, other) => one.Merge(other));
        Assert.That((await ImportAsync(count, history)).IsComplete);
        Assert.That(_server.Histories.Select(one => one.Validators.Count), Is.EqualTo([KeystoreImporter.BatchSize, 2]));
        Assert.That(_server.Histories.SelectMany(one => one.Validators.Select(two => $"{two.PublicKey}")), Is.EquivalentTo(_server.Keys));
        Assert.That(_server.Histories[0].Validators.Single(one => one.PublicKey == TestKeys.PublicKey(3)).Blocks.Single().Slot, Is.EqualTo(103));
    }

    [Test]
    public async Task ImportAsync_ALongHistory_IsSentAsItsWatermarks()
    {
        SignedBlock[] blocks = [.. Enumerable.Range(0, 5000).Select(slot => new SignedBlock((ulong)slot, null))];
        SignedAttestation[] votes = [.. Enumerable.Range(0, 5000).Select(epoch => new SignedAttestation((ulong)epoch, (ulong)epoch + 1, null))];
        SlashingHistory history = new("long", Network.Hoodi.GenesisValidatorsRoot, [new ValidatorHistory(TestKeys.PublicKey(1), blocks, votes)]);
        Assert.That((await ImportAsync(1, history)).IsComplete);
        ValidatorHistory sent = _server.Histories.Single().Validators.Single();
        Assert.That(sent.Blocks.Single().Slot, Is.EqualTo(4999));
        Assert.That(sent.Attestations.Single(), Is.EqualTo(new SignedAttestation(4999, 5000, null)));
    }

    [Test]
    public async Task ImportAsync_AHistoryThatTheClientRefuses_ReportsItsWordsAndThatNothingIsThere()
    {
        SlashingHistory other = SlashingHistory.Parse(Encoding.UTF8.GetBytes(TestKeys.History(1, 5, 6, TestKeys.SlashingProtection.Split('"')[9])), "other");
        ImportReport report = await ImportAsync(2, other);
        Assert.That(report.IsComplete, Is.False);
        Assert.That(report.Keys.Select(key => key.Status), Has.All.EqualTo(ImportStatus.Error));
        Assert.That(report.Trouble!.Message, Does.Contain("400: the history is of another chain"));
    }

    [Test]
    public async Task ImportAsync_StatusesThatAreNotTrue_AreJudgedByTheList()
    {
        // Said in another order than asked: the list tells of each key what is so.
        int calls = 0;
        _server.Interfere = async context =>
        {
            if (context.Request.Method != "POST" || calls++ > 0)
            {
                return false;
            }

            _server.Add(TestKeys.PublicKey(1));
            await JsonAsync(context, """{"data":[{"status":"error","message":"no"},{"status":"imported"},{"status":"duplicate"}]}""");
            return true;
        };
        ImportReport report = await ImportAsync(3);
        Assert.That(report.Keys.Select(key => key.Status), Has.All.EqualTo(ImportStatus.Error));
        Assert.That(report.Keys.Select(key => key.Message), Is.EqualTo([
            "no; and yet the client lists it now",
            "the client says imported, but does not list it",
            "the client says duplicate, but does not list it"]));
    }

    private static IEnumerable<TestCaseData> Twists()
    {
        yield return new TestCaseData((object)(Func<List<object>, object>)(statuses => new { data = statuses[1..] })).SetArgDisplayNames("fewer");
        yield return new TestCaseData((object)(Func<List<object>, object>)(statuses => new { data = (object[])[.. statuses, statuses[0]] })).SetArgDisplayNames("more");
        yield return new TestCaseData((object)(Func<List<object>, object>)(_ => new { data = Array.Empty<object>() })).SetArgDisplayNames("none");
        yield return new TestCaseData((object)(Func<List<object>, object>)(_ => new { })).SetArgDisplayNames("no data");
        yield return new TestCaseData((object)(Func<List<object>, object>)(statuses => new { data = statuses.Select(_ => new { status = "IMPORTED" }) })).SetArgDisplayNames("unknown words");
        yield return new TestCaseData((object)(Func<List<object>, object>)(statuses => new { data = statuses.Select(_ => new { }) })).SetArgDisplayNames("no status");
        yield return new TestCaseData((object)(Func<List<object>, object>)(statuses => new { data = statuses.Select(_ => "imported") })).SetArgDisplayNames("strings");
        yield return new TestCaseData((object)(Func<List<object>, object>)(statuses => statuses)).SetArgDisplayNames("an array");
    }

    [TestCaseSource(nameof(Twists))]
    public async Task ImportAsync_AnAnswerOfAnotherShape_IsSaid_AndTheListTellsWhatIsSo(Func<List<object>, object> twist)
    {
        _server.Twist = twist;
        ImportReport report = await ImportAsync(3);
        Assert.That(report.Trouble!.Fault, Is.EqualTo(Fault.Protocol));
        Assert.That(report.Keys.Select(key => key.Status), Has.All.EqualTo(ImportStatus.Imported));
        Assert.That(report.Keys.Select(key => key.Message), Has.All.Contains("no usable answer"));
        Assert.That(_server.Requests.Count(request => request.StartsWith("POST", StringComparison.Ordinal)), Is.EqualTo(1), "nothing is sent twice");
    }

    [TestCase(true, ImportStatus.Imported)]
    [TestCase(false, ImportStatus.Error)]
    public async Task ImportAsync_AnAnswerThatIsLost_IsNeverSentAgain_ButLookedFor(bool isTaken, ImportStatus expected)
    {
        int posts = 0;
        _server.Interfere = async context =>
        {
            if (context.Request.Method == "POST")
            {
                posts++;
                await context.Request.Body.CopyToAsync(Stream.Null);
                foreach (int number in isTaken ? [1, 2] : Array.Empty<int>())
                {
                    _server.Add(TestKeys.PublicKey(number));
                }

                context.Abort();
                return true;
            }

            return false;
        };
        ImportReport report = await ImportAsync(2);
        Assert.That(report.Keys.Select(key => key.Status), Has.All.EqualTo(expected));
        Assert.That(report.Trouble!.Fault, Is.EqualTo(Fault.Io));
        Assert.That(posts, Is.EqualTo(1));
    }

    [Test]
    public async Task ImportAsync_TheAnswerAndTheListLost_IsUnknown_AndTheRestUnsent()
    {
        bool gone = false;
        _server.Interfere = context =>
        {
            gone |= context.Request.Method == "POST";
            if (gone)
            {
                context.Abort();
            }

            return Task.FromResult(gone);
        };
        ImportReport report = await ImportAsync(KeystoreImporter.BatchSize + 1);
        Assert.That(report.Keys.Select(key => key.Status), Is.EqualTo((ImportStatus[])[.. Enumerable.Repeat(ImportStatus.Unknown, KeystoreImporter.BatchSize), ImportStatus.Unsent]));
        Assert.That(report.IsComplete, Is.False);
    }

    [Test]
    public async Task ImportAsync_AServerThatHangs_IsLeftAfterTheDeadline_AtEachRequest()
    {
        int hung = 0;
        foreach (int at in (int[])[0, 1, 2])
        {
            int calls = 0;
            _server.Interfere = async context =>
            {
                if (calls++ != at)
                {
                    return false;
                }

                await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default);
                return true;
            };
            if (at == 0)
            {
                FaultException fault = Assert.ThrowsAsync<FaultException>(() => ImportAsync(1))!;
                Assert.That(fault.Message, Does.Contain("did not answer in time"));
            }
            else
            {
                ImportReport report = await ImportAsync(at);
                Assert.That(report.Trouble!.Message, Does.Contain("did not answer in time"));
            }

            hung++;
        }

        await TestContext.Out.WriteLineAsync($"hung at {hung} requests");
    }

    [Test]
    public async Task ImportAsync_StoppedWhileKeysAreOnTheirWay_SaysThatTheyMayBeThere()
    {
        using CancellationTokenSource stop = new();
        _server.Interfere = async context =>
        {
            if (context.Request.Method != "POST")
            {
                return false;
            }

            await stop.CancelAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default);
            return true;
        };
        FaultException fault = Assert.ThrowsAsync<FaultException>(() => ImportAsync(1, stop: stop.Token))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.Cancelled));
        Assert.That(fault.Message, Does.Contain("may have taken them"));
    }

    [TestCase(401, Fault.BadInput)]
    [TestCase(403, Fault.BadInput)]
    [TestCase(404, Fault.Unsupported)]
    [TestCase(405, Fault.Unsupported)]
    [TestCase(307, Fault.Protocol)]
    [TestCase(302, Fault.Protocol)]
    [TestCase(500, Fault.Io)]
    [TestCase(503, Fault.Io)]
    [TestCase(204, Fault.Io)]
    public void ImportAsync_AListThatIsRefused_IsAFaultWithTheClientsWords(int status, Fault expected)
    {
        _server.Interfere = async context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = "https://example.org/";
            await (status == 204 ? Task.CompletedTask : JsonAsync(context, $$"""{"message":"because \u001b[31mof {{new string('a', 64)}}", "code": 1}"""));
            return true;
        };
        FaultException fault = Assert.ThrowsAsync<FaultException>(() => ImportAsync(1))!;
        Assert.That(fault.Fault, Is.EqualTo(expected));
        Assert.That(fault.Message, Does.Contain($"{status}").And.Not.Contain("aaaa"));
        Assert.That(fault.Message.Any(char.IsControl), Is.False);
        Assert.That(fault.Message, status == 204 ? Does.Not.Contain("because") : Does.Contain("because"));
    }

    [TestCase(401, Fault.BadInput)]
    [TestCase(403, Fault.BadInput)]
    [TestCase(404, Fault.Unsupported)]
    public void ImportAsync_TheFirstImportRefused_IsAFault(int status, Fault expected)
    {
        _server.Interfere = context =>
        {
            context.Response.StatusCode = status;
            return Task.FromResult(context.Request.Method == "POST");
        };
        Assert.That(Assert.ThrowsAsync<FaultException>(() => ImportAsync(1))!.Fault, Is.EqualTo(expected));
    }

    [TestCase("text/html", "<html>")]
    [TestCase("application/json", "")]
    [TestCase("application/json", "{")]
    [TestCase("application/json", "null")]
    [TestCase("application/json", "{\"data\":null}")]
    [TestCase("application/json", "{\"data\":[{}]}")]
    [TestCase("application/json", "{\"data\":[{\"validating_pubkey\":\"0x00\"}]}")]
    [TestCase("application/json", "{\"data\":[]} {\"data\":[]}")]
    [TestCase("application/json", "{\"data\":[],\"data\":[]}")]
    [TestCase(null, "{\"data\":[]}")]
    public void ImportAsync_AListThatIsGarbage_IsProtocol(string? type, string body)
    {
        _server.Interfere = async context =>
        {
            context.Response.ContentType = type;
            await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(body));
            return true;
        };
        Assert.That(Assert.ThrowsAsync<FaultException>(() => ImportAsync(1))!.Fault, Is.EqualTo(Fault.Protocol));
    }

    [Test]
    public void ImportAsync_AListWithoutEnd_IsLeftAtTheLimit()
    {
        _server.Interfere = async context =>
        {
            context.Response.ContentType = "application/json";
            byte[] spaces = new byte[1 << 16];
            Array.Fill(spaces, (byte)' ');
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(spaces);
            }

            return true;
        };
        FaultException fault = Assert.ThrowsAsync<FaultException>(() => ImportAsync(1))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.Protocol));
        Assert.That(fault.Message, Does.Contain("more than 8 MiB"));
    }

    [Test]
    public void Token_MissingOrWrong_IsRefused_AndNeverSaid()
    {
        using SecretBuffer wrong = SecretBuffer.CopyOf("another-token"u8);
        using KeymanagerClient client = new(KeymanagerAddress.Parse(_server.Url), wrong, null, Soon);
        FaultException fault = Assert.ThrowsAsync<FaultException>(() => client.ListAsync(_late.Token))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.BadInput));
        Assert.That(fault.Message, Does.Contain("403").And.Contain("the token is invalid").And.Not.Contain("another-token"));
        foreach (string text in (string[])["", "two words", "a\r\nX-Header: b", "ä"])
        {
            using SecretBuffer bad = SecretBuffer.CopyOf(Encoding.UTF8.GetBytes(text));
            Assert.That(Assert.Throws<FaultException>(() => new KeymanagerClient(KeymanagerAddress.Parse(_server.Url), bad, null, Soon))!.Fault, Is.EqualTo(Fault.BadInput));
        }
    }

    [TestCase("")]
    [TestCase("SSH-2.0-OpenSSH_9.2\r\n")]
    [TestCase("HTTP/1.1 200 OK\r\n")]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"data\":[]}")]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")]
    [TestCase("HTTP/1.1 999 \r\nContent-Length: -1\r\n\r\n")]
    [TestCase(null)]
    public async Task Server_ThatSpeaksNoHttp_OrStopsHalfway_IsAFaultInTime(string? answer)
    {
        // Null: headers without end.
        byte[] bytes = Encoding.ASCII.GetBytes(answer ?? $"HTTP/1.1 200 OK\r\n{string.Concat(Enumerable.Repeat($"X-A: {new string('a', 1000)}\r\n", 100))}");
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        Task serving = ServeAsync();
        using SecretBuffer token = SecretBuffer.CopyOf(Encoding.ASCII.GetBytes(Token));
        using KeymanagerClient client = new(KeymanagerAddress.Parse($"http://{listener.LocalEndpoint}"), token, null, Soon);
        FaultException fault = Assert.ThrowsAsync<FaultException>(() => client.ListAsync(_late.Token))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.Io).Or.EqualTo(Fault.Protocol), fault.Message);
        listener.Stop();
        await serving;

        async Task ServeAsync()
        {
            using TcpClient peer = await listener.AcceptTcpClientAsync(_late.Token);
            await peer.GetStream().ReadExactlyAsync(new byte[20], _late.Token);
            await peer.GetStream().WriteAsync(bytes, _late.Token);
        }
    }

    [Test]
    public void Server_ThatIsNotThere_IsIo()
    {
        using SecretBuffer token = SecretBuffer.CopyOf(Encoding.ASCII.GetBytes(Token));
        using KeymanagerClient client = new(KeymanagerAddress.Parse("http://localhost:1"), token, null, Soon);
        Assert.That(Assert.ThrowsAsync<FaultException>(() => client.ListAsync(_late.Token))!.Fault, Is.EqualTo(Fault.Io));
    }

    [Test]
    public async Task Tls_OfOwnMaking_IsTrustedWhereItIsGivenAndNowhereElse()
    {
        using X509Certificate2 own = ServerCertificate.Create("127.0.0.1", "localhost");
        using X509Certificate2 other = ServerCertificate.Create("127.0.0.1");
        using X509Certificate2 misnamed = ServerCertificate.Create("example.org");
        await using KeymanagerServer server = await KeymanagerServer.StartAsync(Token, Network.Hoodi.GenesisValidatorsRoot, own);
        await using KeymanagerServer stranger = await KeymanagerServer.StartAsync(Token, Network.Hoodi.GenesisValidatorsRoot, misnamed);
        Assert.That(server.Url, Does.StartWith("https://"));
        Assert.That((await ImportAsync(1, server: server, roots: [own])).IsComplete);
        foreach ((KeymanagerServer at, X509Certificate2Collection? roots) in ((KeymanagerServer, X509Certificate2Collection?)[])[(server, null), (server, [other]), (stranger, [misnamed])])
        {
            FaultException fault = Assert.ThrowsAsync<FaultException>(() => ImportAsync(1, server: at, roots: roots))!;
            Assert.That(fault.Fault, Is.EqualTo(Fault.Io));
            Assert.That(fault.Message, Does.Contain("TLS failed"));
            Assert.That(fault.Remedy, Does.Contain("--ca"));
        }

        Assert.That(stranger.Requests, Is.Empty, "no token reaches a server that is not trusted");
    }

    private static SlashingHistory History(int number) => SlashingHistory.Parse(Encoding.UTF8.GetBytes(TestKeys.History(number, 100 + number, 10)), "history");

    private static async Task JsonAsync(HttpContext context, string json)
    {
        context.Response.ContentType = "application/json";
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(json));
    }

    private async Task<ImportReport> ImportAsync(
        int count, SlashingHistory? history = null, KeymanagerServer? server = null, X509Certificate2Collection? roots = null, CancellationToken stop = default)
    {
        using BackupDocument document = TestKeys.Document(count);
        using SecretBuffer token = SecretBuffer.CopyOf(Encoding.ASCII.GetBytes(Token));
        using KeymanagerClient client = new(KeymanagerAddress.Parse((server ?? _server).Url), token, roots, Soon);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(_late.Token, stop);
        return await KeystoreImporter.ImportAsync(document, client, history, TestKeys.Cheap, null, either.Token);
    }
}
