using System.Buffers.Binary;
using System.Text;
using HwBridge.Core.Faults;
using HwBridge.Emulators.Screens;
using HwBridge.Emulators.Seeds;
using HwBridge.Emulators.Trezor;
using HwBridge.Emulators.Usb;

namespace HwBridge.Emulators.Tests.Usb;

/// <summary>What a kernel asks; tests/UsbVm has a real one ask it.</summary>
[CancelAfter(20_000)]
public sealed class UsbipServerTests
{
    private const ushort List = 0x8005;
    private const ushort Import = 0x8003;
    private const int DeviceSize = 312;
    private const int Stalled = -32;
    private const int Unlinked = -104;

    // Initialize, without fields.
    private static readonly byte[] Initialize = Convert.FromHexString("3f232300000000000000".PadRight(128, '0'));

    private SoftwareTrezor _device = null!;
    private UsbipServer _server = null!;
    private UsbipHost _host = null!;

    [SetUp]
    public void SetUp()
    {
        _device = new SoftwareTrezor(
            new SoftwareTrezorOptions { Mnemonic = Bip39Mnemonic.Parse("all all all all all all all all all all all all") }, new PolicyScreen(approve: true));
        _server = UsbipServer.Start(_device, UsbDescription.Trezor(TrezorFlavour.Core), port: 0);
        _host = new UsbipHost(_server.EndPoint);
    }

    [TearDown]
    public async Task TearDown()
    {
        _host.Dispose();
        await _server.DisposeAsync();
        await _device.DisposeAsync();
    }

    [Test]
    public async Task List_Device_IsNamed()
    {
        (uint status, byte[] rest) = await _host.AskAsync(List, null, 4 + DeviceSize + 4);
        Assert.That(status, Is.Zero);
        Assert.That(BinaryPrimitives.ReadUInt32BigEndian(rest), Is.EqualTo(1));
        Assert.That(Encoding.ASCII.GetString(rest, 4 + 256, 32).TrimEnd('\0'), Is.EqualTo(UsbipServer.BusId));
        Assert.That(Convert.ToHexStringLower(rest, 4 + 300, 4), Is.EqualTo("120953c1"));
        Assert.That(rest[^4], Is.EqualTo(0xff));
    }

    [Test]
    public async Task Import_UnknownDevice_IsRefused()
    {
        Assert.That((await _host.AskAsync(Import, "9-9", 0)).Status, Is.Not.Zero);
        Assert.That(await _host.IsClosedAsync(), Is.True);
    }

    [Test]
    public async Task Import_WhileAttached_IsBusyAndThenFreeAgain(CancellationToken cancellationToken)
    {
        await ImportAsync(_host);
        using (UsbipHost second = new(_server.EndPoint))
        {
            Assert.That((await second.AskAsync(Import, UsbipServer.BusId, 0)).Status, Is.Not.Zero);
        }

        _host.Dispose();
        uint status;
        do
        {
            using UsbipHost third = new(_server.EndPoint);
            (status, _) = await third.AskAsync(Import, UsbipServer.BusId, DeviceSize);
            cancellationToken.ThrowIfCancellationRequested();
        }
        while (status != 0);
    }

    [Test]
    public async Task Control_Requests_AreAnsweredAsOfATrezor()
    {
        await ImportAsync(_host);
        (int status, byte[] data) = await _host.ControlAsync("8006000100001200", 18);
        Assert.That((status, Convert.ToHexStringLower(data)), Is.EqualTo((0, "12010002000000400912c153000201020301")));
        (_, data) = await _host.ControlAsync("8006000200000900", 9);
        Assert.That(data[2], Is.EqualTo(32));
        (_, data) = await _host.ControlAsync("8006000200002000", 32);
        Assert.That(Convert.ToHexStringLower(data), Is.EqualTo("0902200001010080320904000002ff00000007058103400001" + "07050103400001"));
        (_, data) = await _host.ControlAsync("8006020309042000", 32);
        Assert.That(Encoding.Unicode.GetString(data, 2, data.Length - 2), Is.EqualTo("TREZOR"));
        Assert.That((await _host.ControlAsync("800600060000ff00", 255)).Status, Is.EqualTo(Stalled), "a full-speed device has no qualifier");
        Assert.That((await _host.ControlAsync("8006002200002200", 34)).Status, Is.EqualTo(Stalled), "nor a report descriptor");
        await _host.SubmitAsync(0, isIn: false, 0, setup: "0009010000000000");
        Assert.That((await _host.AnswerAsync(isIn: false)).Status, Is.Zero);
    }

    [Test]
    public async Task Packets_Initialize_GivesFeaturesWhenTheHostAsks()
    {
        await ImportAsync(_host);
        await _host.SubmitAsync(1, isIn: false, 64, Initialize);
        Assert.That((await _host.AnswerAsync(isIn: false)).Status, Is.Zero);
        uint poll = await _host.SubmitAsync(1, isIn: true, 64);
        (uint command, uint sequence, int status, byte[] data) = await _host.AnswerAsync(isIn: true);
        Assert.That((command, sequence, status), Is.EqualTo((3u, poll, 0)));
        Assert.That(Convert.ToHexStringLower(data, 0, 5), Is.EqualTo("3f23230011"));
    }

    [Test]
    public async Task Unlink_PollThatWaits_IsGivenBackAndTakesNothing()
    {
        await ImportAsync(_host);
        uint poll = await _host.SubmitAsync(1, isIn: true, 64);
        await _host.UnlinkAsync(poll);
        (uint command, _, int status, _) = await _host.AnswerAsync(isIn: false);
        Assert.That((command, status), Is.EqualTo((4u, Unlinked)));
        await _host.UnlinkAsync(poll);
        Assert.That((await _host.AnswerAsync(isIn: false)).Status, Is.Zero, "there is nothing to give back");
        await _host.SubmitAsync(1, isIn: false, 64, Initialize);
        await _host.AnswerAsync(isIn: false);
        await _host.SubmitAsync(1, isIn: true, 64);
        Assert.That((await _host.AnswerAsync(isIn: true)).Data[4], Is.EqualTo(0x11));
    }

    [TestCase(2, true, 64, TestName = "an endpoint that is not there")]
    [TestCase(1, false, 65, TestName = "a packet that is too long")]
    public async Task Submit_WhatTheDeviceHasNot_Stalls(int endpoint, bool isIn, int length)
    {
        await ImportAsync(_host);
        await _host.SubmitAsync((byte)endpoint, isIn, length, isIn ? null : new byte[length]);
        Assert.That((await _host.AnswerAsync(isIn: false)).Status, Is.EqualTo(Stalled));
    }

    [Test]
    public async Task Submit_NoSuchCommand_LosesTheConnectionAndNotTheServer()
    {
        await ImportAsync(_host);
        await _host.SubmitAsync(1, isIn: false, 64, command: 77);
        Assert.That(await _host.IsClosedAsync(), Is.True);
        using UsbipHost next = new(_server.EndPoint);
        Assert.That((await next.AskAsync(List, null, 4 + DeviceSize + 4)).Status, Is.Zero);
    }

    [Test]
    public async Task Dispose_WhileAttached_PullsThePlug()
    {
        await ImportAsync(_host);
        await _server.DisposeAsync();
        Assert.That(await _host.IsClosedAsync(), Is.True);
    }

    [Test]
    public void Start_PortInUse_IsSaid()
    {
        FaultException fault = Assert.Throws<FaultException>(() => UsbipServer.Start(_device, UsbDescription.Trezor(TrezorFlavour.Core), _server.EndPoint.Port))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.Io));
    }

    private static async Task ImportAsync(UsbipHost host)
    {
        (uint status, byte[] device) = await host.AskAsync(Import, UsbipServer.BusId, DeviceSize);
        Assert.That((status, Convert.ToHexStringLower(device, 300, 4)), Is.EqualTo((0u, "120953c1")));
    }
}
