namespace HwBridge.Protocols.Trezor;

/// <summary>How a Trezor shows itself on USB.</summary>
public static class TrezorUsb
{
    /// <summary>A vendor number that many small makers share: it says nothing without the product's.</summary>
    public const ushort VendorId = 0x1209;

    /// <summary>A Trezor that runs its firmware; its first vendor interface carries the packets, the second one is for its makers.</summary>
    public const ushort FirmwareId = 0x53c1;

    /// <summary>A Trezor that runs its bootloader.</summary>
    public const ushort BootloaderId = 0x53c0;

    /// <summary>A Model One with its first firmware, or that firmware's bootloader: a HID device.</summary>
    public const ushort HidVendorId = 0x534c;

    /// <summary>See <see cref="HidVendorId"/>.</summary>
    public const ushort HidProductId = 0x0001;

    /// <summary>What the HID interface that carries packets is for; ff01 is for its makers, f1d0 a security key.</summary>
    public const ushort HidUsagePage = 0xff00;

    /// <summary>The number of the interface that carries packets.</summary>
    public const int Interface = 0;

    /// <summary>A Model One has releases 1.x, every other model later ones.</summary>
    public const ushort ModelOneRelease = 0x0100;

    private const string Brand = "Trezor ";

    /// <summary>The model, as far as the descriptors tell it.</summary>
    /// <param name="vendorId">The vendor's number.</param>
    /// <param name="release">The device's release number, in BCD.</param>
    /// <param name="name">What the device calls itself: <c>TREZOR</c>, or the model's full name.</param>
    public static string? ModelName(ushort vendorId, ushort release, string name) => (vendorId, release >> 8) switch
    {
        (HidVendorId, _) or (VendorId, ModelOneRelease >> 8) => "Model One",
        _ when name.StartsWith(Brand, StringComparison.Ordinal) => name[Brand.Length..],
        _ => null,
    };
}
