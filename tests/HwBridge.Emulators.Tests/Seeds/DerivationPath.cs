using System.Globalization;
using HwBridge.Emulators.Seeds;

namespace HwBridge.Emulators.Tests.Seeds;

/// <summary>Paths as vectors write them: <c>m/44'/60'/0'/0/0</c>.</summary>
internal static class DerivationPath
{
    internal static uint[] Parse(string path) => [.. path.Split('/').Skip(1).Select(Element)];

    private static uint Element(string text) => text.EndsWith('\'')
        ? uint.Parse(text[..^1], CultureInfo.InvariantCulture) | Slip10Node.Hardened
        : uint.Parse(text, CultureInfo.InvariantCulture);
}
