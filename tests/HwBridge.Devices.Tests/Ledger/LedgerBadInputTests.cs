using System.Diagnostics;
using HwBridge.Core.Eip2334;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Secrets;
using HwBridge.Devices.Ledger;
using HwBridge.Emulators.Ledger;
using HwBridge.Emulators.Screens;
using HwBridge.Protocols.Ledger;
using HwBridge.Shared.Ledger;
using HwBridge.Shared.Screens;
using HwBridge.Transports.Tcp;

namespace HwBridge.Devices.Tests.Ledger;

/// <summary>Whatever a peer does, each use ends soon, with the right tag, and leaves no secret behind.</summary>
internal sealed class LedgerBadInputTests
{
    private static readonly LedgerOptions Impatient = new()
    {
        AnswerDeadline = TimeSpan.FromMilliseconds(150),
        PersonDeadline = TimeSpan.FromMilliseconds(300),
    };

    private static readonly LedgerOptions Patient = new()
    {
        AnswerDeadline = TimeSpan.FromSeconds(10),
        PersonDeadline = TimeSpan.FromSeconds(10),
    };

    /// <summary>
    /// A whole use of the device: which app, a key silently and reviewed, the sealing key, a secret. All bytes were recorded.
    /// </summary>
    private static readonly byte[][] Answers =
    [
        Recorded("age_identity_default", "b001000000"),
        Recorded("eth2_pubkey_default", "e00e000015050000305d00000e10000000000000000000000000"),
        Recorded("eth2_pubkey_default", "e00e000015050000305d00000e10000000000000000000000000"),
        Recorded("eth2_pubkey_default", "e00e010015050000305d00000e10000000000000000000000000"),
        Recorded("age_identity_default", "e018000015058000002c8000003c8000305d0000000000000000"),
        Recorded(
            "age_identity_default",
            "e018010135058000002c8000003c8000305d0000000000000000"
                + "5006c00a052b4513bea48bbf5237be843e475e154c889416cf050e5c9c86e57c"),
    ];

    private static IEnumerable<int> Exchanges => Enumerable.Range(0, Answers.Length);

    private static IEnumerable<int> Reviews => [3, 5];

    [Test]
    public async Task Use_RecordedAnswers_Works()
    {
        await using HostilePeer peer = new((i, _) => [HostilePeer.Frame(Answers[i])]);
        await UseAsync(peer, Patient);

        Assert.That(peer.Received, Is.EqualTo(Answers.Length));
    }

    [TestCaseSource(nameof(Exchanges))]
    public async Task Use_ClosedAfterEachByteOfAnAnswer_IsDeviceNotFound(int exchange)
    {
        byte[] answer = HostilePeer.Frame(Answers[exchange]);
        for (int sent = 0; sent < answer.Length; sent++)
        {
            await using HostilePeer peer = new((i, _) => i < exchange ? [HostilePeer.Frame(Answers[i])] : [answer[..sent], null]);
            await AssertFaultAsync(peer, Patient, Fault.DeviceNotFound);
            Assert.That(peer.Received, Is.EqualTo(exchange + 1), "nothing is repeated");
        }
    }

    [TestCaseSource(nameof(Exchanges))]
    public async Task Use_HangsInEachExchange_EndsAtTheDeadlineAndRepeatsNothing(int exchange)
    {
        foreach (int sent in (int[])[0, 2, 5])
        {
            byte[] begun = HostilePeer.Frame(Answers[exchange])[..sent];
            await using HostilePeer peer = new((i, _) => i < exchange ? [HostilePeer.Frame(Answers[i])] : [begun]);
            await AssertFaultAsync(peer, Impatient, sent == 0 && Reviews.Contains(exchange) ? Fault.DeviceBusy : Fault.Protocol);
            Assert.That(peer.Received, Is.EqualTo(exchange + 1), "nothing is repeated");
        }
    }

    [TestCaseSource(nameof(Exchanges))]
    public async Task Use_AnswerShorterOrLonger_IsProtocol(int exchange)
    {
        byte[] good = Answers[exchange];
        foreach (byte[] bad in (byte[][])[[0x90, 0x00], [.. good[..^3], 0x90, 0x00], [.. good[..^2], 0x00, 0x90, 0x00]])
        {
            await using HostilePeer peer = new((i, _) => [HostilePeer.Frame(i == exchange ? bad : Answers[i])]);
            await AssertFaultAsync(peer, Patient, Fault.Protocol);
        }
    }

    [TestCaseSource(nameof(Exchanges))]
    public async Task Use_AnswerOfAnotherCommand_IsProtocol(int exchange)
    {
        foreach (byte[] other in Answers.Where(
            answer => answer.Length != Answers[exchange].Length && !(exchange == 3 && answer.Length == 50)))
        {
            await using HostilePeer peer = new((i, _) => [HostilePeer.Frame(i == exchange ? other : Answers[i])]);
            await AssertFaultAsync(peer, Patient, Fault.Protocol);
        }
    }

    [TestCaseSource(nameof(Exchanges))]
    public async Task Use_TwoAnswersAtOnce_IsProtocol(int exchange)
    {
        byte[] twice = [.. HostilePeer.Frame(Answers[exchange]), .. HostilePeer.Frame(Answers[exchange])];
        await using HostilePeer peer = new((i, _) => [i == exchange ? twice : HostilePeer.Frame(Answers[i])]);
        await AssertFaultAsync(peer, Patient, Fault.Protocol);
    }

    [TestCase("5515", Fault.DeviceLocked)]
    [TestCase("6985", Fault.UserRejected)]
    [TestCase("6901", Fault.DeviceBusy)]
    [TestCase("6f01", Fault.DeviceBusy)]
    [TestCase("6a15", Fault.Unsupported)]
    [TestCase("6d00", Fault.Unsupported)]
    [TestCase("1234", Fault.Protocol)]
    [TestCase("e002000014056a87", Fault.Unsupported)]
    [TestCase("a772ed2e6b566985", Fault.UserRejected)]
    public async Task Use_StatusWord_NamesTheFault(string answer, Fault fault)
    {
        foreach (int exchange in Exchanges.Skip(1))
        {
            await using HostilePeer peer = new((i, apdu) => [HostilePeer.Frame(
                i == exchange ? Convert.FromHexString(answer) : apdu[0] == 0xb0 ? Answers[0] : Answers[i])]);
            await AssertFaultAsync(peer, Patient, fault);
        }
    }

    [TestCase("6e00")]
    [TestCase("6d00")]
    [TestCase("6804")]
    [TestCase("6511")]
    [TestCase("650f")]
    public async Task Use_AppClosedMeanwhile_IsWrongAppAndNamesTheOther(string status)
    {
        byte[] bitcoin = Convert.FromHexString("0107426974636f696e05322e322e3301009000");
        await using HostilePeer peer = new((i, apdu) =>
            [HostilePeer.Frame(i == 0 ? Answers[0] : apdu[0] == 0xb0 ? bitcoin : Convert.FromHexString(status))]);
        FaultException fault = await AssertFaultAsync(peer, Patient, Fault.WrongApp);

        Assert.That(fault.Message, Does.Contain("Bitcoin 2.2.3"));
        Assert.That(peer.Received, Is.EqualTo(3));
    }

    [Test]
    public async Task Use_Trickle_EndsAtTheDeadline()
    {
        static IEnumerable<byte[]?> Trickle()
        {
            yield return [0, 0, 0, 200];
            while (true)
            {
                Thread.Sleep(20);
                yield return [0];
            }
        }

        await using HostilePeer peer = new((_, _) => Trickle().Take(100));
        await AssertFaultAsync(peer, Impatient, Fault.Protocol);
    }

    [TestCase((byte)0x00)]
    [TestCase((byte)0xff)]
    [TestCase((byte)0x90)]
    public async Task Use_Flood_IsProtocol(byte value)
    {
        byte[] wave = new byte[4096];
        Array.Fill(wave, value);
        await using HostilePeer peer = new((_, _) => Enumerable.Repeat(wave, 1000));
        await AssertFaultAsync(peer, Impatient, Fault.Protocol);
    }

    [FsCheck.NUnit.Property(MaxTest = 200)]
    public void Use_AnyBytesAtAnyExchange_EndsWithAFault(byte[] garbage, FsCheck.NonNegativeInt at, bool framed)
    {
        int exchange = at.Get % Answers.Length;
        byte[] sent = framed ? HostilePeer.Frame([.. garbage.Take(200), 0x90, 0x00]) : garbage;
        RunAsync().GetAwaiter().GetResult();

        async Task RunAsync()
        {
            await using HostilePeer peer = new((i, _) => i == exchange ? [sent, null] : [HostilePeer.Frame(Answers[i])]);
            FaultException? fault = await TryUseAsync(peer, Patient);
            Assert.That(fault?.Fault, Is.AnyOf(Fault.Protocol, Fault.DeviceNotFound, Fault.WrongApp));
        }
    }

    [FsCheck.NUnit.Property(MaxTest = 100)]
    public void Use_AnyStatusAtAnyExchange_EndsWithAFault(ushort status, FsCheck.NonNegativeInt at)
    {
        int exchange = at.Get % Answers.Length;
        if (status == StatusWords.Ok)
        {
            return;
        }

        RunAsync().GetAwaiter().GetResult();

        async Task RunAsync()
        {
            await using HostilePeer peer = new((i, apdu) => [HostilePeer.Frame(
                i == exchange ? [(byte)(status >> 8), (byte)status]
                : apdu[0] == 0xb0 ? Answers[0]
                : Answers[Math.Min(i, Answers.Length - 1)])]);
            FaultException? fault = await TryUseAsync(peer, Patient);
            if (exchange > 0 || fault is not null)
            {
                Assert.That(fault, Is.Not.Null);
                Assert.That(fault!.Message, Does.Contain(status.ToString("x4", null)).Or.Contain("not Ethereum").Or.Contain("bytes"));
            }
        }
    }

    [TestCase("")]
    [TestCase("00000002ffff9000")]
    [TestCase("48656c6c6f")]
    public async Task DescribeAsync_SilenceOrGarbage_IsUnknown(string answer)
    {
        await using HostilePeer peer = new((_, _) => [Convert.FromHexString(answer)]);
        KeyStoreInfo info = await LedgerKeyStore.DescribeAsync(
            peer.Host, new ApduSocketFraming(), new ListeningPerson(), Impatient, CancellationToken.None);

        Assert.That(info.State, Is.EqualTo(KeyStoreState.Unknown));
        Assert.That(info.Uri, Is.EqualTo("hostile"));
    }

    [Test]
    public async Task Start_PortInUse_IsIo()
    {
        await using SoftwareLedger ledger = TestLedger.SwitchOn(new PolicyScreen(approve: true));
        await using ApduSocketServer server = ApduSocketServer.Start(ledger, 0);

        FaultException fault = Assert.Throws<FaultException>(() => ApduSocketServer.Start(ledger, server.EndPoint.Port))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.Io));
    }

    [Test]
    public async Task Completion_DeviceBreaks_TellsWithWhat()
    {
        await using SoftwareLedger ledger = TestLedger.SwitchOn(new BrokenScreen());
        await using ApduSocketServer server = ApduSocketServer.Start(ledger, 0);
        await using LedgerKeyStore store = await ConnectAsync(server);
        Assert.That(server.Completion.IsCompleted, Is.False);
        Assert.That(store.TryGet(out ISealing? sealing), Is.True);
        Assert.That(
            async () => await sealing!.GetPublicKeyAsync(true, CancellationToken.None),
            Throws.TypeOf<FaultException>().With.Property("Fault").EqualTo(Fault.DeviceNotFound));
        Assert.That(
            async () => await server.Completion.WaitAsync(TimeSpan.FromSeconds(10)),
            Throws.TypeOf<NotSupportedException>());
    }

    [Test]
    public async Task Completion_ClientGoneOrServerDisposed_IsNoFault()
    {
        await using SoftwareLedger ledger = TestLedger.SwitchOn(new PolicyScreen(approve: true));
        await using ApduSocketServer server = ApduSocketServer.Start(ledger, 0);
        await (await ConnectAsync(server)).DisposeAsync();
        await (await ConnectWhenFreeAsync(server)).DisposeAsync();
        Assert.That(server.Completion.IsCompleted, Is.False);
        await server.DisposeAsync();
        await server.Completion.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Test]
    public async Task SecondClient_OnTheSocket_IsDeviceBusyAndTheFirstIsNotDisturbed()
    {
        ScriptedScreen screen = new();
        await using SoftwareLedger ledger = TestLedger.SwitchOn(screen);
        await using ApduSocketServer server = ApduSocketServer.Start(ledger, 0);
        await using (LedgerKeyStore first = await ConnectAsync(server))
        {
            Assert.That(first.TryGet(out ISealing? sealing), Is.True);
            Task<X25519PublicKey> reviewed = sealing!.GetPublicKeyAsync(true, CancellationToken.None).AsTask();
            using CancellationTokenSource patience = new(TimeSpan.FromSeconds(10));
            await screen.WaitForReviewAsync(patience.Token);
            FaultException fault = Assert.ThrowsAsync<FaultException>(async () => await ConnectAsync(server))!;
            Assert.That(fault.Fault, Is.EqualTo(Fault.DeviceBusy));
            Assert.That(fault.Message, Does.Contain("another program"));
            screen.Answer(approve: true);
            Assert.That((await reviewed).ToString(), Is.EqualTo(TestLedger.SealingKey));
        }

        await using LedgerKeyStore next = await ConnectWhenFreeAsync(server);
        Assert.That(next.Info.State, Is.EqualTo(KeyStoreState.Ready));
    }

    [Test]
    public async Task GarbageClient_OnTheSocket_IsClosedAndTheNextOneIsServed()
    {
        await using SoftwareLedger ledger = TestLedger.SwitchOn(new PolicyScreen(approve: true));
        await using ApduSocketServer server = ApduSocketServer.Start(ledger, 0);
        using (System.Net.Sockets.Socket garbage = new(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp))
        {
            using CancellationTokenSource patience = new(TimeSpan.FromSeconds(10));
            await garbage.ConnectAsync(server.EndPoint, patience.Token);
            await garbage.SendAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray(), patience.Token);
            Assert.That(await garbage.ReceiveAsync(new byte[16], patience.Token), Is.Zero);
        }

        await using LedgerKeyStore store = await ConnectWhenFreeAsync(server);
        Assert.That(store.Info.State, Is.EqualTo(KeyStoreState.Ready));
    }

    private static async Task<LedgerKeyStore> ConnectAsync(ApduSocketServer server)
    {
        TcpTransport transport = await TcpTransport.ConnectAsync(
            $"ledger+tcp://{server.EndPoint}", server.EndPoint.Address.ToString(), server.EndPoint.Port, CancellationToken.None);
        return await LedgerKeyStore.OpenAsync(transport, new ApduSocketFraming(), new ListeningPerson(), Patient, CancellationToken.None);
    }

    /// <summary>The server learns of a closed connection a moment later than the client.</summary>
    private static async Task<LedgerKeyStore> ConnectWhenFreeAsync(ApduSocketServer server)
    {
        for (Stopwatch waited = Stopwatch.StartNew(); ;)
        {
            try
            {
                return await ConnectAsync(server);
            }
            catch (FaultException fault) when (fault.Fault == Fault.DeviceBusy && waited.Elapsed < TimeSpan.FromSeconds(10))
            {
                await Task.Delay(20);
            }
        }
    }

    private static async Task<FaultException> AssertFaultAsync(HostilePeer peer, LedgerOptions options, Fault expected)
    {
        FaultException? fault = await TryUseAsync(peer, options);
        Assert.That(fault?.Fault, Is.EqualTo(expected), fault?.Message);
        Assert.That(fault!.Remedy, Is.Not.Empty);
        return fault;
    }

    private static async Task<FaultException?> TryUseAsync(HostilePeer peer, LedgerOptions options)
    {
        Stopwatch took = Stopwatch.StartNew();
        try
        {
            await UseAsync(peer, options);
            return null;
        }
        catch (FaultException fault)
        {
            return fault;
        }
        finally
        {
            Assert.That(took.Elapsed, Is.LessThan(TimeSpan.FromSeconds(8)), "it hung");
        }
    }

    /// <summary>The six exchanges; the secret is checked and wiped.</summary>
    private static async Task UseAsync(HostilePeer peer, LedgerOptions options)
    {
        await using LedgerKeyStore store = await LedgerKeyStore.OpenAsync(
            peer.Host, new ApduSocketFraming(), new ListeningPerson(), options, CancellationToken.None);
        Assert.That(store.TryGet(out IValidatorKeys? keys), Is.True);
        Assert.That(store.TryGet(out ISealing? sealing), Is.True);
        foreach (bool confirm in (bool[])[false, true])
        {
            await foreach (DerivedKey key in keys!.GetPublicKeysAsync([ValidatorKeyPath.Signing(0)], confirm, CancellationToken.None))
            {
                Assert.That(key.PublicKey.ToString(), Does.StartWith("0xa772ed2e"));
            }
        }

        X25519PublicKey share = new(Convert.FromHexString(TestLedger.Peer));
        using SecretBuffer secret = await sealing!.AgreeAsync(share, CancellationToken.None);
        Assert.That(Convert.ToHexStringLower(secret.Span), Is.EqualTo(TestLedger.Secret));
    }

    private static byte[] Recorded(string name, string apdu) => LedgerRecording.Load(name).Exchanges
        .First(exchange => Convert.ToHexStringLower(exchange.Apdu) == apdu && exchange.UserAction != "reject").Response!;
}
