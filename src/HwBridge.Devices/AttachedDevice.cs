using HwBridge.Transports;

namespace HwBridge.Devices;

/// <summary>A wallet that is plugged in, known by what its descriptors say: nothing was opened to learn it.</summary>
/// <param name="Uri">How the command line names it.</param>
/// <param name="Maker"><c>ledger</c> or <c>trezor</c>.</param>
/// <param name="Model">The maker's name of the model; null for one that is not known yet, or that the descriptors do not tell.</param>
/// <param name="Node">What carries its protocol.</param>
/// <param name="IsBootloader">Whether it runs its bootloader, which does nothing that is wanted here.</param>
public sealed record AttachedDevice(DeviceUri Uri, string Maker, string? Model, DeviceNode Node, bool IsBootloader = false)
{
    /// <summary>How the maker writes its name.</summary>
    public string MakerName => NameOf(Maker);

    /// <summary>What a person calls it.</summary>
    public string Name => Model is null ? MakerName : $"{MakerName} {Model}";

    internal static string NameOf(string maker) => maker == "ledger" ? "Ledger" : "Trezor";
}
