using Device.Net;
using Hid.Net;
using Hid.Net.Windows;
using HwBridge.Transports.Hidraw;
using Microsoft.Extensions.Logging.Abstractions;

namespace HwBridge.Transports.Vendor.HidNet;

/// <summary>The HID interfaces of this machine as Device.Net lists them: on Windows by hid.dll, on Linux by our own handler.</summary>
/// <remarks>Device.Net logs what it transfers, so it is never given anything that logs.</remarks>
public sealed class HidNetBus : INodeBus
{
    private readonly IDeviceFactory _factory;

    internal HidNetBus(IDeviceFactory factory) => _factory = factory;

    /// <summary>Those of the running system; none where Hid.Net has no way to them, as on macOS.</summary>
    public static HidNetBus OfSystem { get; } = new(OperatingSystem.IsWindows() ? ForWindows() : ForNodes(HidrawBus.OfSystem));

    /// <summary>Every interface, in Device.Net's order; none of them is opened to talk to it.</summary>
    public IReadOnlyList<DeviceNode> List() =>
    [
        .. Await(_factory.GetConnectedDeviceDefinitionsAsync()).Select(found => new HidNetNode(
            this,
            found.DeviceId,
            (ushort)(found.VendorId ?? 0),
            (ushort)(found.ProductId ?? 0),
            string.Concat((found.ProductName ?? string.Empty).Select(c => char.IsControl(c) ? '?' : c)),
            found.Label ?? string.Empty,
            found.UsagePage)
        {
            IsNumbered = found.ReadBufferSize == HidrawTransport.ReportSize,
        }),
    ];

    internal ITransport Open(string uri, HidNetNode node)
    {
        ConnectedDeviceDefinition found = Await(_factory.GetConnectedDeviceDefinitionsAsync()).FirstOrDefault(one => one.DeviceId == node.Path)
            ?? throw TransportFault.WentAway(uri);
        IDevice device = Await(_factory.GetDeviceAsync(found));
        return Await(HidNetTransport.OpenAsync(uri, device, node.IsNumbered, CancellationToken.None).AsTask());
    }

    /// <summary>Device.Net over raw nodes of Linux.</summary>
    internal static DeviceFactory ForNodes(HidrawBus bus) => new(
        NullLoggerFactory.Instance,
        _ => Task.FromResult(bus.List().Select(node => new ConnectedDeviceDefinition(
            node.Path,
            DeviceType.Hid,
            node.VendorId,
            node.ProductId,
            node.Name,
            usagePage: node.UsagePage,
            readBufferSize: HidrawTransport.ReportSize + (node.IsNumbered ? 0 : 1),
            label: node.Port))),
        (found, _) => Task.FromResult<IDevice>(ForHandler(new HidrawHandler(
            found.DeviceId,
            found.ReadBufferSize == HidrawTransport.ReportSize,
            () => HidrawTransport.OpenNode($"hid:{found.DeviceId}", found.DeviceId)))),
        (found, _) => Task.FromResult(found.DeviceType == DeviceType.Hid));

    /// <summary>Hid.Net's device over our own handler.</summary>
    internal static HidDevice ForHandler(IHidDeviceHandler handler) =>
        new(handler, NullLoggerFactory.Instance, HidNetTransport.Pass, HidNetTransport.Pass);

    private static IDeviceFactory ForWindows() => WindowsHidDeviceFactoryExtensions.CreateWindowsHidDeviceFactory(
        NullLoggerFactory.Instance,
        readReportTransform: HidNetTransport.Pass,
        readTransferTransform: HidNetTransport.Pass,
        writeTransferTransform: HidNetTransport.Pass,
        writeReportTransform: HidNetTransport.Pass);

    /// <summary>Device.Net asks the system on the calling thread or on one of the pool's, and waits for no event of ours.</summary>
    private static T Await<T>(Task<T> asked) => asked.GetAwaiter().GetResult();
}
