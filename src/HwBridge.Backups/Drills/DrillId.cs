using System.Globalization;

namespace HwBridge.Backups.Drills;

/// <summary>
/// By what a record knows a backup or a wallet: a keyed fingerprint that only whoever has opened the one, or knows the other, can compute
/// (protocols/hwbridge/drill-record.md).
/// </summary>
/// <param name="Value">16 bytes, big-endian.</param>
public readonly record struct DrillId(UInt128 Value)
{
    /// <summary>The encoded size in bytes.</summary>
    public const int Size = 16;

    /// <summary>How many hex digits a person is shown.</summary>
    public const int FirstLength = 8;

    /// <summary>The first digits: enough to tell the entries of one record apart.</summary>
    public string FirstDigits => ToString()[..FirstLength];

    /// <summary>32 hex digits.</summary>
    public override string ToString() => Value.ToString("x32", CultureInfo.InvariantCulture);
}
