using HwBridge.Transports.Hidraw;

namespace HwBridge.Devices;

/// <summary>A wallet that is plugged in, known by what its descriptors say: nothing was opened to learn it.</summary>
/// <param name="Uri">How the command line names it.</param>
/// <param name="Maker"><c>ledger</c>.</param>
/// <param name="Model">The maker's name of the model; null for one that is not known yet.</param>
/// <param name="Node">The interface that carries its protocol.</param>
public sealed record AttachedDevice(DeviceUri Uri, string Maker, string? Model, HidrawNode Node);
