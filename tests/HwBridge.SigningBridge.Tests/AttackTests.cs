using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.Versioning;
using System.Text;
using System.Text.Json;
using HwBridge.Core.Execution;
using HwBridge.Core.Faults;
using HwBridge.Emulators.Screens;
using HwBridge.Shared.SigningBridge;
using HwBridge.SigningBridge.Guards;

namespace HwBridge.SigningBridge.Tests;

/// <summary>What must not get through, and what must not stay behind.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class AttackTests
{
    private const string Body = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_chainId\"}";

    [TestCase("Host: evil.example", "foreignHost")]
    [TestCase("Host: evil.example:PORT", "foreignHost")]
    [TestCase("Host: 127.0.0.1.evil.example:PORT", "foreignHost")]
    [TestCase("Host: localhost", "foreignHost")]
    [TestCase("Host: 127.0.0.1:1", "foreignHost")]
    [TestCase("Host: 0.0.0.0:PORT", "foreignHost")]
    [TestCase("Host: localhost:PORT\r\nOrigin: https://evil.example", "foreignOrigin")]
    [TestCase("Host: localhost:PORT\r\nOrigin: null", "foreignOrigin")]
    [TestCase("Host: localhost:PORT\r\nOrigin: http://localhost:PORT", "foreignOrigin")]
    [TestCase("Host: localhost:PORT\r\nSec-Fetch-Site: cross-site", "crossSite")]
    [TestCase("Host: localhost:PORT\r\nSec-Fetch-Site: same-site", "crossSite")]
    public async Task Request_FromAPageOrByRebinding_IsRefused(string headers, string tag)
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        string port = bridge.Port.ToString(CultureInfo.InvariantCulture);
        string answer = await bridge.RawAsync(
            $"POST / HTTP/1.1\r\n{headers.Replace("PORT", port, StringComparison.Ordinal)}\r\nAuthorization: Bearer {bridge.Token}\r\n"
            + $"Content-Type: application/json\r\nContent-Length: {Body.Length}\r\n\r\n{Body}");
        Assert.That(answer, Does.StartWith("HTTP/1.1 403").And.Contain($"\"{tag}\"").And.Not.Contain("Access-Control"));
    }

    [TestCase(null)]
    [TestCase("Bearer")]
    [TestCase("Bearer 0000000000000000000000000000000000000000000000000000000000000000")]
    [TestCase("Basic 0000")]
    public async Task Request_WithoutTheToken_IsRefused(string? authorization)
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        using HttpRequestMessage request = new(HttpMethod.Post, "/") { Content = TestBridge.Json(Body) };
        bridge.Client.DefaultRequestHeaders.Authorization = null;
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
        using HttpResponseMessage answer = await bridge.Client.SendAsync(request);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [TestCase("text/plain")]
    [TestCase("application/x-www-form-urlencoded")]
    [TestCase("multipart/form-data; boundary=a")]
    [TestCase("application/json; charset=utf-16")]
    [TestCase(null)]
    public async Task Post_ThatIsNoJson_IsRefused(string? type)
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        using ByteArrayContent content = new(Encoding.UTF8.GetBytes(Body));
        content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
        using HttpResponseMessage answer = await bridge.Client.PostAsync("/", content);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.UnsupportedMediaType));
    }

    [Test]
    public async Task Preflight_FromAnAllowedOriginAlone_IsAnswered()
    {
        await using TestBridge bridge = await TestBridge.StartAsync(change: options => options with { AllowedOrigins = ["https://mine.example"] });
        foreach ((string origin, HttpStatusCode status) in
            (ReadOnlySpan<(string, HttpStatusCode)>)[("https://mine.example", HttpStatusCode.NoContent), ("https://evil.example", HttpStatusCode.Forbidden)])
        {
            using HttpRequestMessage request = new(HttpMethod.Options, "/");
            request.Headers.Add("Origin", origin);
            request.Headers.Add("Sec-Fetch-Site", "cross-site");
            using HttpResponseMessage answer = bridge.Client.Send(request);
            Assert.That(answer.StatusCode, Is.EqualTo(status), origin);
            Assert.That(answer.Headers.Contains("Access-Control-Allow-Origin"), Is.EqualTo(status == HttpStatusCode.NoContent), origin);
        }
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Body_ThatIsHuge_IsRefused(bool isDeclared)
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        using HttpRequestMessage request = new(HttpMethod.Post, "/") { Content = TestBridge.Json(new string(' ', (1 << 20) + 1)) };
        request.Headers.TransferEncodingChunked = !isDeclared;
        using HttpResponseMessage answer = await bridge.Client.SendAsync(request);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.RequestEntityTooLarge));
    }

    [TestCase(17)]
    [TestCase(100_000)]
    public async Task Json_ThatIsDeeplyNested_IsAParseError(int depth)
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        using HttpResponseMessage answer = await bridge.Client.PostAsync("/", TestBridge.Json(new string('[', depth) + new string(']', depth)));
        using JsonDocument document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.That(TestBridge.Code(document.RootElement), Is.EqualTo(-32700));
    }

    [Test]
    public async Task Body_ThatComesSlowly_IsGivenUp()
    {
        await using TestBridge bridge = await TestBridge.StartAsync(
            change: options => options with { Limits = new BridgeLimits { BodyGrace = TimeSpan.FromSeconds(1.5) } });
        string answer = await bridge.RawAsync(
            $"POST / HTTP/1.1\r\nHost: localhost:{bridge.Port}\r\nAuthorization: Bearer {bridge.Token}\r\nContent-Type: application/json\r\n"
            + "Content-Length: 100\r\n\r\n{");
        Assert.That(answer, Does.StartWith("HTTP/1.1 408"));
    }

    [Test]
    public async Task Headers_ThatComeSlowly_AreGivenUp()
    {
        await using TestBridge bridge = await TestBridge.StartAsync(
            change: options => options with { Limits = new BridgeLimits { Headers = TimeSpan.FromSeconds(1.5) } });
        Assert.That(await bridge.RawAsync("POST / HTTP/1.1\r\nHost: loc"), Does.StartWith("HTTP/1.1 408"));
    }

    [Test]
    public async Task Requests_AThousandAtOnce_AllGetTheirOwnAnswer()
    {
        await using TestBridge bridge = await TestBridge.StartAsync(change: options => options with { Log = null }, overSocket: true);
        int signed = await SignManyAsync(bridge, 1000);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        signed += await SignManyAsync(bridge, 1000);
        long more = GC.GetTotalMemory(forceFullCollection: true) - before;
        TestContext.Out.WriteLine($"{signed} of 2000 requests signed, a thousand at once, each with its own message; the second thousand left {more >> 10} KiB more");
        Assert.That(signed, Is.EqualTo(2000));

        // The test's own person keeps what it is told, about 1.5 KiB a request.
        Assert.That(more, Is.LessThan(4 << 20), "memory is flat");
    }

    [Test]
    public async Task Requests_MoreThanTheLimits_AreRefusedAndNotLost()
    {
        await using TestBridge bridge = await TestBridge.StartAsync(
            change: options => options with { Limits = new BridgeLimits { Burst = 20, RequestsPerSecond = 1 } });
        HttpResponseMessage[] answers = await Task.WhenAll(
            Enumerable.Range(0, 100).Select(_ => bridge.Client.PostAsync("/", TestBridge.Json(Body))));
        int refused = answers.Count(answer => answer.StatusCode == HttpStatusCode.TooManyRequests);
        Assert.That(refused, Is.InRange(60, 80));
        Assert.That(answers.Count(answer => answer.IsSuccessStatusCode), Is.EqualTo(100 - refused));
    }

    [Test]
    public async Task Queue_ThatIsFull_SaysSo()
    {
        ScriptedScreen screen = new();
        await using TestBridge bridge = await TestBridge.StartAsync(screen, options => options with { Limits = new BridgeLimits { MaxQueue = 1 } });
        Task<JsonElement> first = bridge.SignMessageAsync();
        await screen.WaitForReviewAsync(CancellationToken.None);
        Assert.That(TestBridge.Code(await bridge.SignMessageAsync()), Is.EqualTo(-32005));
        screen.Answer(approve: false);
        Assert.That(TestBridge.Code(await first), Is.EqualTo(4001));
    }

    [Test]
    public async Task Client_ThatHangsUpDuringTheReview_LeavesTheDeviceFree()
    {
        ScriptedScreen screen = new();
        await using TestBridge bridge = await TestBridge.StartAsync(screen);
        using CancellationTokenSource hangUp = new();
        Task<JsonElement> first = bridge.SignMessageAsync(cancellationToken: hangUp.Token);
        await screen.WaitForReviewAsync(CancellationToken.None);
        await hangUp.CancelAsync();
        Assert.That(async () => await first, Throws.InstanceOf<OperationCanceledException>());

        Task<JsonElement> second = bridge.SignMessageAsync("0x02");
        await screen.WaitForReviewAsync(CancellationToken.None);
        screen.Answer(approve: true);
        Assert.That((await second).GetProperty("result").GetString(), Has.Length.EqualTo(132));
        Assert.That(bridge.Person.Told, Has.Some.Contains("#1 given up by the program that asked"));
    }

    [Test]
    public async Task Device_UnpluggedDuringTheReview_IsReportedAndFoundAgain()
    {
        ScriptedScreen screen = new();
        await using TestBridge bridge = await TestBridge.StartAsync(screen);
        Task<JsonElement> first = bridge.SignMessageAsync();
        await screen.WaitForReviewAsync(CancellationToken.None);
        int port = await bridge.UnplugAsync();
        Assert.That(TestBridge.Code(await first), Is.EqualTo(4900));

        bridge.PlugIn(new PolicyScreen(approve: true), port);
        Assert.That((await bridge.SignMessageAsync()).GetProperty("result").GetString(), Has.Length.EqualTo(132));
    }

    [Test]
    public async Task Device_UnpluggedBetweenRequests_IsOpenedAgain()
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        Assert.That((await bridge.SignMessageAsync()).TryGetProperty("result", out _), Is.True);
        bridge.PlugIn(new PolicyScreen(approve: true), await bridge.UnplugAsync());
        Assert.That((await bridge.SignMessageAsync()).TryGetProperty("result", out _), Is.True);
    }

    [Test]
    public async Task Device_ThatNobodyAsksFor_IsLeftToOtherPrograms()
    {
        TaskCompletionSource closed = new();
        await using TestBridge bridge = await TestBridge.StartAsync(wrap: device => new OtherSigning(device, closed.SetResult));
        await bridge.SignMessageAsync();
        await closed.Task.WaitAsync(TestBridge.Patience);
    }

    [TestCase("personal_sign", "[\"0x01\",\"ACCOUNT\"]")]
    [TestCase("eth_signTransaction", "[{\"from\":\"ACCOUNT\",\"to\":\"ACCOUNT\",\"value\":\"0x1\",\"gas\":\"0x5208\",\"nonce\":\"0x0\",\"gasPrice\":\"0x1\"}]")]
    public async Task Signature_OfSomethingElse_NeverLeaves(string method, string parameters)
    {
        await using TestBridge bridge = await TestBridge.StartAsync(wrap: device => new OtherSigning(device));
        JsonElement answer = await bridge.CallAsync(method, parameters.Replace("ACCOUNT", TestBridge.Account, StringComparison.Ordinal));
        Assert.That(TestBridge.Code(answer), Is.EqualTo(-32603));
        Assert.That(answer.GetProperty("error").GetProperty("message").GetString(), Does.Contain("signed something else"));
        Assert.That(answer.TryGetProperty("result", out _), Is.False);
    }

    [Test]
    public async Task Person_WhoDoesNotAnswer_EndsTheRequestAtTheDeadline()
    {
        await using TestBridge bridge = await TestBridge.StartAsync(
            new ScriptedScreen(), options => options with { PersonDeadline = TimeSpan.FromSeconds(1) });
        Assert.That(TestBridge.Code(await bridge.SignMessageAsync()), Is.EqualTo(-32002));
    }

    [Test]
    public async Task Bridge_ThatIsStopped_AnswersWhatIsUnderWay()
    {
        ScriptedScreen screen = new();
        await using TestBridge bridge = await TestBridge.StartAsync(screen);
        Task<JsonElement> first = bridge.SignMessageAsync();
        await screen.WaitForReviewAsync(CancellationToken.None);
        Task<JsonElement> second = bridge.SignMessageAsync("0x02");
        await bridge.Person.WaitForAsync("#2");
        await bridge.StopAsync();
        Assert.That(TestBridge.Code(await first), Is.EqualTo(4900));
        Assert.That(TestBridge.Code(await second), Is.EqualTo(4900));
    }

    [Test]
    public async Task Socket_OfARunningBridge_IsNotTakenAway()
    {
        await using TestBridge bridge = await TestBridge.StartAsync(overSocket: true);
        BridgeOptions same = new() { SocketPath = bridge.SocketPath, TokenFile = bridge.TokenFile, Accounts = [TestBridge.Path0] };
        FaultException busy = Assert.ThrowsAsync<FaultException>(
            () => BridgeServer.StartAsync(same, _ => throw new InvalidOperationException(), bridge.Person, CancellationToken.None))!;
        Assert.That(busy.Fault, Is.EqualTo(Fault.DeviceBusy));
        Assert.That((await bridge.SignMessageAsync()).TryGetProperty("result", out _), Is.True);
        Assert.That(File.GetUnixFileMode(bridge.SocketPath), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        Assert.That(bridge.Person.Told, Has.Some.Contains($"(process {Environment.ProcessId})"));
    }

    [Test]
    public void Device_OfAnotherBridge_IsBusy()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("hwbridge-lock-");
        using (ExclusiveUse.OfDevice(folder.FullName, "ledger"))
        {
            FaultException busy = Assert.Throws<FaultException>(() => ExclusiveUse.OfDevice(folder.FullName, "ledger"))!;
            Assert.That(busy.Fault, Is.EqualTo(Fault.DeviceBusy));
            ExclusiveUse.OfDevice(folder.FullName, "trezor").Dispose();
        }

        ExclusiveUse.OfDevice(folder.FullName, "ledger").Dispose();
        folder.Delete(recursive: true);
    }

    /// <summary>Even where folder and socket were opened to everybody by mistake, the kernel says whose the program is.</summary>
    [Test]
    public async Task Socket_ForAnotherUser_IsClosed()
    {
        await using TestBridge bridge = await TestBridge.StartAsync(overSocket: true);
        Assert.That((await AskAsNobodyAsync(bridge)).ExitCode, Is.EqualTo(7), "the system refuses the connection");
        for (DirectoryInfo? folder = Directory.GetParent(bridge.SocketPath); folder!.FullName != Path.TrimEndingDirectorySeparator(Path.GetTempPath()); folder = folder.Parent)
        {
            File.SetUnixFileMode(folder.FullName, (UnixFileMode)0x1ff);
        }

        File.SetUnixFileMode(bridge.SocketPath, (UnixFileMode)0x1ff);
        (int exitCode, string answer) = await AskAsNobodyAsync(bridge);
        Assert.That(exitCode, Is.Zero);
        Assert.That(answer, Does.Contain("foreignUser"));
    }

    [Test]
    public async Task TokenFile_OfAnotherUser_IsRefused()
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        Assert.That((await RunAsRootAsync("chown", "65534", bridge.TokenFile)).ExitCode, Is.Zero);
        FaultException refused = Assert.ThrowsAsync<FaultException>(() => AccessToken.OpenAsync(bridge.TokenFile, CancellationToken.None))!;
        Assert.That(refused.Message, Does.Contain("belongs to another user"));
    }

    [TestCase("other", 0x1a4)]
    [TestCase("group", 0x1a0)]
    public void TokenFile_ThatOthersCanRead_IsRefused(string who, int mode)
    {
        string file = Path.GetTempFileName();
        File.WriteAllText(file, new string('a', 64));
        File.SetUnixFileMode(file, (UnixFileMode)mode);
        FaultException refused = Assert.ThrowsAsync<FaultException>(() => AccessToken.OpenAsync(file, CancellationToken.None), who)!;
        Assert.That(refused.Message, Does.Contain("other users"));
        File.Delete(file);
    }

    [TestCase("")]
    [TestCase("short")]
    [TestCase("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void TokenFile_WithoutAToken_IsRefused(string content)
    {
        string file = Path.GetTempFileName();
        File.WriteAllText(file, content);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.ThrowsAsync<FaultException>(() => AccessToken.OpenAsync(file, CancellationToken.None));
        File.Delete(file);
    }

    [Test]
    public async Task Log_OfEverything_HasNeitherContentsNorToken()
    {
        await using TestBridge bridge = await TestBridge.StartAsync();
        string signature = (await bridge.SignMessageAsync("0x7365637265742074657874")).GetProperty("result").GetString()!;
        string log = bridge.Log.ToString();
        Assert.That(log, Does.Contain("personal_sign").And.Contain("\"signed\""));
        Assert.That(log, Does.Not.Contain("secret text").And.Not.Contain("7365637265").And.Not.Contain(signature[2..20]).And.Not.Contain(bridge.Token));
    }

    private static Task<(int ExitCode, string Output)> AskAsNobodyAsync(TestBridge bridge) => RunAsRootAsync(
        "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "curl", "--silent", "--unix-socket", bridge.SocketPath, "http://localhost/upcheck");

    private static async Task<(int ExitCode, string Output)> RunAsRootAsync(params string[] command)
    {
        string[] whole = Environment.IsPrivilegedProcess ? command : ["sudo", "-n", .. command];
        using Process process = Process.Start(new ProcessStartInfo(whole[0], whole[1..]) { RedirectStandardOutput = true })!;
        using CancellationTokenSource patience = new(TestBridge.Patience);
        string output = await process.StandardOutput.ReadToEndAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);
        return (process.ExitCode, output);
    }

    private static async Task<int> SignManyAsync(TestBridge bridge, int count)
    {
        JsonElement[] answers = await Task.WhenAll(Enumerable.Range(0, count).Select(
            i => bridge.SignMessageAsync(string.Create(CultureInfo.InvariantCulture, $"0x{i:x8}"))));
        for (int i = 0; i < answers.Length; i++)
        {
            byte[] message = Convert.FromHexString(i.ToString("x8", CultureInfo.InvariantCulture));
            EthereumSignature signature = EthereumSignature.TryDecode(Convert.FromHexString(answers[i].GetProperty("result").GetString()![2..]))!.Value;
            Assert.That($"{signature.Recover(PersonalMessage.SigningHash(message))}", Is.EqualTo(TestBridge.Account));
        }

        return answers.Length;
    }
}
