namespace HwBridge.Transports;

/// <summary>Lists the devices of one kind that are plugged in, and opens nothing in order to do so.</summary>
public interface INodeBus
{
    /// <summary>Every device that is there now.</summary>
    IReadOnlyList<DeviceNode> List();
}
