using Device.Net;
using Hid.Net;
using HwBridge.Transports.Hidraw;
using HwBridge.Transports.Linux;

namespace HwBridge.Transports.Vendor.HidNet;

/// <summary>Hid.Net's seam for a system that has no hid.dll: a raw HID node of Linux, whose reports bear no number.</summary>
/// <remarks>
/// As from Windows, an array has 65 bytes either way, and the number 0 in front; what is read is put there, which the kernel leaves out.
/// </remarks>
/// <param name="path">The node.</param>
/// <param name="open">Opens and locks it.</param>
internal sealed class HidrawHandler(string path, Func<Descriptor> open) : IHidDeviceHandler
{
    private Descriptor? _node;

    public ConnectedDeviceDefinition ConnectedDeviceDefinition { get; } = new(path, DeviceType.Hid);

    public bool? IsReadOnly => false;

    public ushort? ReadBufferSize => HidNetTransport.NumberedSize;

    public ushort? WriteBufferSize => HidNetTransport.NumberedSize;

    public string DeviceId => path;

    public bool IsInitialized => _node is not null;

    private Descriptor Node => _node ?? throw new IOException("the node is not open");

    public Task InitializeAsync(CancellationToken cancellationToken = default)
    {
        _node ??= open();
        return Task.CompletedTask;
    }

    public async Task<Report> ReadReportAsync(CancellationToken cancellationToken = default)
    {
        Descriptor node = Node;
        byte[] numbered = GC.AllocateArray<byte>(HidNetTransport.NumberedSize, pinned: true);
        if (!node.TryRead(numbered.AsSpan(1), HidrawTransport.BriefMilliseconds, out int count))
        {
            count = await Task.Run(() => node.Read(numbered.AsSpan(1), cancellationToken), CancellationToken.None).ConfigureAwait(false);
        }

        return new Report(0, new TransferResult(numbered, (uint)(1 + count)));
    }

    public Task<uint> WriteReportAsync(byte[] data, byte reportId, CancellationToken cancellationToken = default)
    {
        Node.WriteWhole(data);
        return Task.FromResult((uint)data.Length);
    }

    public void Close()
    {
        _node?.Dispose();
        _node = null;
    }
}
