namespace HwBridge.Protocols.Ledger;

/// <summary>Names and USB numbers of the models.</summary>
public static class LedgerModels
{
    /// <summary>The maker's USB vendor number.</summary>
    public const ushort VendorId = 0x2c97;

    /// <summary>The model of a USB product number, whose high byte names it; null for an unknown one.</summary>
    public static LedgerModel? FromProductId(ushort productId) => (productId >> 8) switch
    {
        0x50 => LedgerModel.NanoSP,
        0x40 => LedgerModel.NanoX,
        0x60 => LedgerModel.Stax,
        0x70 => LedgerModel.Flex,
        _ => null,
    };

    /// <summary>The model of a name as the makers' emulator writes it: nanosp, nanox, stax, flex.</summary>
    public static bool TryParse(string? name, out LedgerModel model)
    {
        LedgerModel? found = name switch
        {
            "nanosp" => LedgerModel.NanoSP,
            "nanox" => LedgerModel.NanoX,
            "stax" => LedgerModel.Stax,
            "flex" => LedgerModel.Flex,
            _ => null,
        };
        model = found.GetValueOrDefault();
        return found is not null;
    }

    /// <summary>The maker's name of the model.</summary>
    public static string DisplayName(this LedgerModel model) => model switch
    {
        LedgerModel.NanoSP => "Nano S Plus",
        LedgerModel.NanoX => "Nano X",
        LedgerModel.Stax => "Stax",
        LedgerModel.Flex => "Flex",
        _ => throw new ArgumentOutOfRangeException(nameof(model)),
    };

    /// <summary>The USB product number of the model's first interface layout, whose high byte <see cref="FromProductId"/> reads.</summary>
    public static ushort ProductId(this LedgerModel model) => model switch
    {
        LedgerModel.NanoSP => 0x5011,
        LedgerModel.NanoX => 0x4011,
        LedgerModel.Stax => 0x6011,
        LedgerModel.Flex => 0x7011,
        _ => throw new ArgumentOutOfRangeException(nameof(model)),
    };
}
