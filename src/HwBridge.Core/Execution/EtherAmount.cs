using System.Globalization;
using System.Numerics;

namespace HwBridge.Core.Execution;

/// <summary>Amounts of wei as people write them: in ETH (10¹⁸ wei), with a point.</summary>
public static class EtherAmount
{
    private const int Decimals = 18;

    /// <summary>Such as <c>1.5</c>: all digits that count, and no others.</summary>
    public static string ToText(BigInteger wei)
    {
        string digits = wei.ToString(CultureInfo.InvariantCulture).PadLeft(Decimals + 1, '0');
        string fraction = digits[^Decimals..].TrimEnd('0');
        return $"{digits[..^Decimals]}{(fraction.Length > 0 ? "." : string.Empty)}{fraction}";
    }

    /// <summary>Reads digits with at most one point and 18 digits after it; false for anything else.</summary>
    public static bool TryParse(string text, out BigInteger wei)
    {
        ArgumentNullException.ThrowIfNull(text);
        wei = default;
        string[] parts = text.Split('.');
        return parts is [{ Length: > 0 and <= 12 }] or [{ Length: > 0 and <= 12 }, { Length: > 0 and <= Decimals }]
            && text.All(static character => char.IsAsciiDigit(character) || character == '.')
            && BigInteger.TryParse(
                parts[0] + (parts.Length == 2 ? parts[1] : string.Empty).PadRight(Decimals, '0'),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out wei);
    }
}
