using System.Globalization;

namespace HwBridge.Core.Deposits;

/// <summary>The genesis fork version of a network, which tells networks apart in deposits (4 bytes, shown big-endian).</summary>
/// <param name="Value">The four bytes as a big-endian number.</param>
public readonly record struct ForkVersion(uint Value)
{
    private static readonly (uint Version, string Name)[] Known =
    [
        (0x00000000, "mainnet"),
        (0x01017000, "holesky"),
        (0x10000910, "hoodi"),
        (0x90000069, "sepolia"),
    ];

    /// <summary>The network's name, where it is a public one that is known here.</summary>
    public string? NetworkName
    {
        get
        {
            uint value = Value;
            return Array.Find(Known, network => network.Version == value).Name;
        }
    }

    /// <summary>Eight hex digits, and the name where it is known.</summary>
    public override string ToString() => NetworkName is { } name
        ? string.Create(CultureInfo.InvariantCulture, $"{name} ({Value:x8})")
        : string.Create(CultureInfo.InvariantCulture, $"{Value:x8}");

    /// <summary>The fork version of a network that is known here by this name.</summary>
    internal static ForkVersion? OfNetwork(string name)
    {
        (uint version, string? known) = Array.Find(Known, network => network.Name == name);
        return known is null ? null : new ForkVersion(version);
    }
}
