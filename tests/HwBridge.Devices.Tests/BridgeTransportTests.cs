using HwBridge.Core.Eip2334;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Devices.Tests.Trezor;
using HwBridge.Devices.Trezor;
using HwBridge.Emulators.Screens;
using HwBridge.Emulators.Seeds;
using HwBridge.Emulators.Trezor;
using HwBridge.Shared.Bridge;
using HwBridge.Transports.Bridge;
using NUnit.Framework.Constraints;

namespace HwBridge.Devices.Tests;

/// <summary>A Trezor behind a bridge; that the bridge here behaves like the maker's is what the maker's own client says (tests/HwBridge.Interop).</summary>
[CancelAfter(60_000)]
public sealed class BridgeTransportTests
{
    private const string Uri = "trezor+bridge";
    private const string FirstKey = "0x87d5e9cc30b75468237cc84629f1d55bb5651303d0b88bd11e66af06d0e2e4ca50feb96d2847078ec7ef04563dd5f73d";

    private readonly ScriptedScreen _screen = new();
    private SoftwareTrezor _device = null!;
    private TestBridge _bridge = null!;

    [SetUp]
    public void SetUp()
    {
        _device = New(_screen);
        _bridge = new TestBridge(_device);
    }

    [TearDown]
    public async Task TearDown()
    {
        await _bridge.DisposeAsync();
        await _device.DisposeAsync();
    }

    [Test]
    public async Task GetPublicKeys_OverTheBridge_AreTheSeeds(CancellationToken cancellationToken)
    {
        await using (TrezorKeyStore store = await OpenAsync(cancellationToken))
        {
            Assert.That(store.Info.Model, Is.EqualTo("Model T"));
            _screen.Answer(true);
            Assert.That(await KeyAsync(store, cancellationToken), Is.EqualTo(FirstKey));
        }

        Assert.That(_bridge.Requests[1..4], Is.EqualTo(new[] { "/enumerate", "/acquire/1/null", "/call/1" }));
        Assert.That(_bridge.Requests[^1], Is.EqualTo("/release/1"));
        Assert.That(_bridge.Sessions, Is.All.Null);
    }

    [Test]
    public async Task Open_FirstPortSilent_TheSecondIsTaken(CancellationToken cancellationToken)
    {
        await using BridgeTransport transport = await BridgeTransport.ConnectAsync(Uri, [FreePort(), _bridge.Port], cancellationToken);
        Assert.That(_bridge.Sessions, Is.EqualTo(new[] { "1" }));
    }

    [Test]
    public void Open_NoBridge_IsNotFound() =>
        Assert.That(async () => await BridgeTransport.ConnectAsync(Uri, [FreePort()], default), Fails(Fault.DeviceNotFound, "no bridge listens at port"));

    [Test]
    public async Task Open_NoneOrSeveralDevices_IsSaid(CancellationToken cancellationToken)
    {
        await using TestBridge empty = new();
        Assert.That(async () => await BridgeTransport.ConnectAsync(Uri, [empty.Port], cancellationToken), Fails(Fault.DeviceNotFound, "knows no attached Trezor"));
        await using SoftwareTrezor one = New(_screen);
        await using SoftwareTrezor two = New(_screen);
        await using TestBridge several = new(one, two);
        Assert.That(async () => await BridgeTransport.ConnectAsync(Uri, [several.Port], cancellationToken), Fails(Fault.Usage, "knows 2 Trezors"));
    }

    [Test]
    public void Open_SessionOfAnotherProgram_IsNotTakenOver()
    {
        _bridge.Steal(0);
        Assert.That(async () => await OpenAsync(default), Fails(Fault.DeviceBusy, "another program has a session"));
        Assert.That(_bridge.Sessions, Is.EqualTo(new[] { "1" }));
    }

    [Test]
    public async Task Use_SessionThatWasTaken_IsNoticedAndNotTakenBack(CancellationToken cancellationToken)
    {
        await using TrezorKeyStore store = await OpenAsync(cancellationToken);
        _bridge.Steal(0);
        Assert.That(async () => await KeyAsync(store, cancellationToken), Fails(Fault.DeviceBusy, "another program has a session"));
        Assert.That(async () => await KeyAsync(store, cancellationToken), Fails(Fault.DeviceBusy, "another program has a session"));
        Assert.That(_bridge.Sessions, Is.EqualTo(new[] { "2" }));
    }

    [Test]
    public async Task Use_CancelledDuringAQuestion_TakesItOffTheScreen(CancellationToken cancellationToken)
    {
        await using TrezorKeyStore store = await OpenAsync(cancellationToken);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<string> asking = KeyAsync(store, stop.Token);
        await _screen.WaitForReviewAsync(cancellationToken);
        await stop.CancelAsync();
        Assert.That(async () => await asking, Throws.InstanceOf<OperationCanceledException>());
        _screen.Answer(true);
        Assert.That(await KeyAsync(store, cancellationToken), Is.EqualTo(FirstKey));
    }

    [TestCase("", TestName = "nothing")]
    [TestCase("hello", TestName = "no HTTP")]
    [TestCase("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nshort", TestName = "cut off")]
    [TestCase("HTTP/1.1 200 OK\r\n\r\n", TestName = "an empty body")]
    [TestCase("HTTP/1.1 200 OK\r\n\r\nzz", TestName = "no hex")]
    [TestCase("HTTP/1.1 200 OK\r\n\r\n0011ffffffff", TestName = "a wrong length")]
    [TestCase("HTTP/1.1 500 X\r\n\r\n", TestName = "a failure without words")]
    [TestCase("HTTP/1.1 400 X\r\n\r\n{\"error\":\"some \\u001b[2J thing\"}", TestName = "a failure with control characters")]
    public async Task Use_StrangeAnswers_AreAFault(string answer)
    {
        await using TrezorKeyStore store = await OpenAsync(default);
        _bridge.Instead = answer;
        FaultException fault = Assert.ThrowsAsync<FaultException>(async () => await KeyAsync(store, default))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.Protocol));
        Assert.That(fault.Message, Does.Contain("the bridge at port").And.None.EqualTo('\u001b'));
        Assert.That(
            async () => await BridgeTransport.ConnectAsync(Uri, [_bridge.Port], default), Fails(Fault.Protocol, "the bridge at port"));
    }

    [Test]
    public async Task Use_EndlessAnswer_IsBounded()
    {
        await using TrezorKeyStore store = await OpenAsync(default);
        _bridge.Instead = "HTTP/1.1 200 OK\r\n\r\n" + new string('0', 300 * 1024);
        Assert.That(async () => await KeyAsync(store, default), Fails(Fault.Protocol, "answered with more than"));
    }

    [Test]
    public async Task Use_DeviceThatLeft_IsNotFound()
    {
        await using TrezorKeyStore store = await OpenAsync(default);
        _bridge.Instead = "HTTP/1.1 400 X\r\n\r\n{\"error\":\"device disconnected during action\"}";
        Assert.That(async () => await KeyAsync(store, default), Fails(Fault.DeviceNotFound, $"{Uri} went away"));
    }

    private static ContainsConstraint Fails(Fault fault, string words) =>
        Throws.InstanceOf<FaultException>().With.Property(nameof(FaultException.Fault)).EqualTo(fault).And.Message.Contains(words);

    private static SoftwareTrezor New(IDeviceScreen screen) =>
        new(new SoftwareTrezorOptions { Mnemonic = Bip39Mnemonic.Parse("all all all all all all all all all all all all") }, screen);

    private static int FreePort()
    {
        using System.Net.Sockets.TcpListener listener = new(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task<string> KeyAsync(TrezorKeyStore store, CancellationToken cancellationToken)
    {
        Assert.That(store.TryGet(out IValidatorKeys? keys), Is.True);
        await foreach (DerivedKey key in keys!.GetPublicKeysAsync([ValidatorKeyPath.Signing(0)], confirm: false, cancellationToken))
        {
            return key.PublicKey.ToString();
        }

        return string.Empty;
    }

    private async Task<TrezorKeyStore> OpenAsync(CancellationToken cancellationToken)
    {
        BridgeTransport transport = await BridgeTransport.ConnectAsync(Uri, [_bridge.Port], cancellationToken);
        return await TrezorKeyStore.OpenAsync(transport, new ScriptedPerson(), new TrezorOptions(), cancellationToken);
    }
}
