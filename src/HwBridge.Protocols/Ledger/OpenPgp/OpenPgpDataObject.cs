namespace HwBridge.Protocols.Ledger.OpenPgp;

/// <summary>A data object of the OpenPGP app that anything may be stored in: its tag, and what was measured of it.</summary>
/// <param name="Tag">P1 and P2 of GET DATA and PUT DATA.</param>
/// <param name="Name">What the card's specification calls it.</param>
/// <param name="Capacity">
/// The most bytes that can be written and read again. For the certificate the app announces 2560: 1511 or more crash it or are lost.
/// </param>
/// <param name="ReadPin">What has to be verified before it can be read.</param>
/// <param name="WritePin">What has to be verified before it can be written.</param>
public sealed record OpenPgpDataObject(ushort Tag, string Name, int Capacity, OpenPgpPin ReadPin, OpenPgpPin WritePin)
{
    /// <summary>0101: anybody reads, the user writes.</summary>
    public static OpenPgpDataObject Private1 { get; } = new(0x0101, "private 1 (0101)", PrivateCapacity, OpenPgpPin.None, OpenPgpPin.User);

    /// <summary>0102: anybody reads, the admin writes.</summary>
    public static OpenPgpDataObject Private2 { get; } = new(0x0102, "private 2 (0102)", PrivateCapacity, OpenPgpPin.None, OpenPgpPin.Admin);

    /// <summary>0103: the user reads and writes.</summary>
    public static OpenPgpDataObject Private3 { get; } = new(0x0103, "private 3 (0103)", PrivateCapacity, OpenPgpPin.User, OpenPgpPin.User);

    /// <summary>0104: the admin reads and writes.</summary>
    public static OpenPgpDataObject Private4 { get; } =
        new(0x0104, "private 4 (0104)", PrivateCapacity, OpenPgpPin.Admin, OpenPgpPin.Admin);

    /// <summary>7F21, the cardholder certificate of the selected key slot: anybody reads, the admin writes.</summary>
    public static OpenPgpDataObject Certificate { get; } = new(0x7f21, "certificate (7F21)", 1510, OpenPgpPin.None, OpenPgpPin.Admin);

    /// <summary>All of them, by their tags.</summary>
    public static IReadOnlyList<OpenPgpDataObject> All { get; } = [Private1, Private2, Private3, Private4, Certificate];

    private const int PrivateCapacity = 512;
}
