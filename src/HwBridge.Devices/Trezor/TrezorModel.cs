using System.Globalization;
using HwBridge.Protocols.Trezor.Messages;

namespace HwBridge.Devices.Trezor;

/// <summary>What the maker calls a model and its firmware, from what a device tells of itself.</summary>
internal static class TrezorModel
{
    private const int MaxName = 32;

    internal static string NameOf(Features features) => features.InternalModel switch
    {
        "T1B1" => "Model One",
        "T2T1" => "Model T",
        "T2B1" or "T3B1" => "Safe 3",
        "T3T1" => "Safe 5",
        "T3W1" => "Safe 7",
        "" => features.Model switch
        {
            // Firmware before the internal names.
            "" or "1" => "Model One",
            "T" => "Model T",
            _ => Printable(features.Model),
        },
        _ => Printable(features.InternalModel),
    };

    /// <summary>True for the model that has no way to take words or passphrases on its own screen.</summary>
    internal static bool IsModelOne(Features features) => features.MajorVersion == 1;

    /// <summary>True for firmware that knows a recovery as a dry run: a Model One from 1.5.1 on.</summary>
    internal static bool CanCheckSeed(Features features) =>
        (features.MajorVersion, features.MinorVersion, features.PatchVersion).CompareTo((1, 5, 1)) >= 0;

    internal static string VersionOf(Features features) => string.Create(
        CultureInfo.InvariantCulture, $"{features.MajorVersion}.{features.MinorVersion}.{features.PatchVersion}");

    private static string Printable(string text) => string.Concat(text.Take(MaxName).Select(c => c is >= ' ' and < '\x7f' ? c : '?'));
}
