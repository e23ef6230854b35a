namespace HwBridge.Transports;

/// <summary>A device with a node of its own, known by what the kernel read when it was plugged in.</summary>
/// <param name="Path">The node, such as <c>/dev/hidraw0</c>.</param>
/// <param name="VendorId">Of the USB device.</param>
/// <param name="ProductId">Of the USB device.</param>
/// <param name="Name">What the device calls itself, without control characters.</param>
/// <param name="Port">Where it is plugged in, the same after the device left the bus and came back; empty where nobody tells.</param>
public abstract record DeviceNode(string Path, ushort VendorId, ushort ProductId, string Name, string Port)
{
    /// <summary>Opens it, and throws away what it still had to say to somebody else.</summary>
    /// <param name="uri">The name of the device in messages to the person.</param>
    /// <exception cref="Core.Faults.FaultException">It has left, this user may not open it, another program has it, or a library is missing.</exception>
    public abstract ITransport Open(string uri);

    /// <summary>The other programs that have the node open, whether they lock it or not, as far as this user may see, and the system tells.</summary>
    public IReadOnlyList<string> Holders() => OperatingSystem.IsLinux() ? Linux.DescriptorHolders.OfFile(Path) : [];
}
