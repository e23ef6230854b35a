using System.Globalization;
using System.Numerics;

namespace HwBridge.Emulators.Ledger;

/// <summary>Amounts as the app writes them.</summary>
internal static class EtherText
{
    private const int Decimals = 18;

    /// <param name="wei">The amount.</param>
    /// <param name="ticker">Of the chain.</param>
    internal static string Of(BigInteger wei, string ticker)
    {
        string digits = wei.ToString(CultureInfo.InvariantCulture).PadLeft(Decimals + 1, '0');
        string fraction = digits[^Decimals..].TrimEnd('0');
        return $"{digits[..^Decimals]}{(fraction.Length > 0 ? "." : "")}{fraction} {ticker}";
    }
}
