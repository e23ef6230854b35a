namespace HwBridge.Protocols.Ledger;

/// <summary>How a Ledger shows itself on USB.</summary>
public static class LedgerUsb
{
    /// <summary>The maker's vendor number.</summary>
    public const ushort VendorId = 0x2c97;

    /// <summary>What the HID interface that carries APDUs is for; the others are a security key and a keyboard.</summary>
    public const ushort UsagePage = 0xffa0;

    /// <summary>The number of that interface.</summary>
    public const int Interface = 0;

    /// <summary>
    /// The model, by the high byte of the product number; the low byte says which interfaces there are, and so changes with the open app.
    /// A product number below 8 is the model's high digit alone, as in its bootloader.
    /// </summary>
    /// <returns>Null for a model that came later: the protocol is the same.</returns>
    public static string? ModelName(ushort productId) => (productId < 0x08 ? productId << 4 : productId >> 8) switch
    {
        0x10 => "Nano S",
        0x40 => LedgerModel.NanoX.DisplayName(),
        0x50 => LedgerModel.NanoSP.DisplayName(),
        0x60 => LedgerModel.Stax.DisplayName(),
        0x70 => LedgerModel.Flex.DisplayName(),
        _ => null,
    };

    /// <summary>The product number of a model, given the interfaces that are in its low byte.</summary>
    public static ushort ProductId(LedgerModel model, byte interfaces) => (ushort)(interfaces | model switch
    {
        LedgerModel.NanoX => 0x4000,
        LedgerModel.NanoSP => 0x5000,
        LedgerModel.Stax => 0x6000,
        LedgerModel.Flex => 0x7000,
        _ => throw new ArgumentOutOfRangeException(nameof(model)),
    });
}
