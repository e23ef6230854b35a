using Device.Net;
using Hid.Net;
using HwBridge.Transports.Hidraw;
using HwBridge.Transports.Linux;

namespace HwBridge.Transports.Vendor.HidNet;

/// <summary>Hid.Net's seam for a system that has no hid.dll: a raw HID node of Linux.</summary>
/// <remarks>
/// As from Windows, an array begins with the report's number either way: a number 0, which the kernel wants but does not give, is put in front.
/// </remarks>
/// <param name="path">The node.</param>
/// <param name="isNumbered">Whether reports have a number of their own.</param>
/// <param name="open">Opens and locks the node.</param>
internal sealed class HidrawHandler(string path, bool isNumbered, Func<Descriptor> open) : IHidDeviceHandler
{
    private Descriptor? _node;

    public ConnectedDeviceDefinition ConnectedDeviceDefinition { get; } = new(path, DeviceType.Hid);

    public bool? IsReadOnly => false;

    public ushort? ReadBufferSize => (ushort)(Front + HidrawTransport.ReportSize);

    public ushort? WriteBufferSize => ReadBufferSize;

    public string DeviceId => path;

    public bool IsInitialized => _node is not null;

    /// <summary>How many bytes stand in front of what the kernel gives.</summary>
    private int Front => isNumbered ? 0 : 1;

    private Descriptor Node => _node ?? throw new IOException("the node is not open");

    public Task InitializeAsync(CancellationToken cancellationToken = default)
    {
        _node ??= open();
        return Task.CompletedTask;
    }

    public async Task<Report> ReadReportAsync(CancellationToken cancellationToken = default)
    {
        Descriptor node = Node;
        byte[] numbered = GC.AllocateArray<byte>(Front + HidrawTransport.ReportSize, pinned: true);
        if (!node.TryRead(numbered.AsSpan(Front), HidrawTransport.BriefMilliseconds, out int count))
        {
            count = await Task.Run(() => node.Read(numbered.AsSpan(Front), cancellationToken), CancellationToken.None).ConfigureAwait(false);
        }

        return new Report(0, new TransferResult(numbered, (uint)(Front + count)));
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
