using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using HwBridge.Core.Json;
using HwBridge.Core.Signing;

namespace HwBridge.SigningBridge.JsonRpc;

/// <summary>The values of the execution layer's JSON-RPC (EIP-1474), read strictly: a number has one spelling.</summary>
internal static class Quantity
{
    private const int MaxDigits = 64;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    /// <summary>0x and hex digits without leading zeros: at most 256 bits.</summary>
    internal static BigInteger Read(ref JsonCursor cursor)
    {
        string text = cursor.Token == JsonTokenType.String ? cursor.GetString(2 + MaxDigits) : string.Empty;
        return text.StartsWith("0x", StringComparison.Ordinal) && text.Length > 2 && (text.Length == 3 || text[2] != '0')
            && text.AsSpan(2).IndexOfAnyExcept(HexDigits) < 0
            ? BigInteger.Parse("0" + text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
            : throw cursor.Fault("must be 0x and hex digits without leading zeros, in quotes");
    }

    /// <summary>The same, at most 64 bits.</summary>
    internal static ulong Read64(ref JsonCursor cursor)
    {
        BigInteger value = Read(ref cursor);
        return value <= ulong.MaxValue ? (ulong)value : throw cursor.Fault("does not fit 64 bits");
    }

    /// <summary>0x and an even number of hex digits.</summary>
    internal static byte[] ReadData(ref JsonCursor cursor, int min, int max)
    {
        string text = cursor.GetString(2 + (2 * max));
        byte[] bytes = new byte[Math.Max(0, text.Length - 2) / 2];
        return text.StartsWith("0x", StringComparison.Ordinal) && text.Length % 2 == 0 && bytes.Length >= min
            && Convert.FromHexString(text.AsSpan(2), bytes, out _, out _) == System.Buffers.OperationStatus.Done
            ? bytes
            : throw cursor.Fault(min == max ? $"must be 0x and {2 * min} hex digits" : "must be 0x and an even number of hex digits");
    }

    /// <summary>An address, with the right checksum where its digits have capitals and small letters.</summary>
    internal static ExecutionAddress ReadAddress(ref JsonCursor cursor) =>
        ExecutionAddress.TryParse(cursor.GetString(maxLength: 64), out ExecutionAddress address)
            ? address
            : throw cursor.Fault("must be an address: 0x and 40 hex digits, with the right checksum where they have capitals and small letters");

    /// <summary>As <see cref="Read"/> reads it.</summary>
    internal static string Write(BigInteger value)
    {
        string digits = value.ToString("x", CultureInfo.InvariantCulture).TrimStart('0');
        return digits.Length == 0 ? "0x0" : $"0x{digits}";
    }
}
