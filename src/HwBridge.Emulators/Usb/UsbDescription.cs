using System.Buffers.Binary;
using System.Text;
using HwBridge.Emulators.Ledger;
using HwBridge.Emulators.Trezor;
using HwBridge.Protocols.Ledger;
using HwBridge.Protocols.Trezor;

namespace HwBridge.Emulators.Usb;

/// <summary>What a USB device with one interface, and one interrupt endpoint each way, says of itself (USB 2.0, 9.6; HID 1.11, 6.2).</summary>
/// <param name="VendorId">The vendor's number.</param>
/// <param name="ProductId">The product's number.</param>
/// <param name="Release">Its release, in BCD.</param>
/// <param name="Manufacturer">The maker.</param>
/// <param name="Product">What it calls itself.</param>
/// <param name="InEndpoint">The address of the endpoint to the host.</param>
/// <param name="OutEndpoint">The address of the endpoint to the device.</param>
public sealed record UsbDescription(
    ushort VendorId,
    ushort ProductId,
    ushort Release,
    string Manufacturer,
    string Product,
    byte InEndpoint,
    byte OutEndpoint)
{
    /// <summary>The size of each packet, in both directions.</summary>
    public const int PacketSize = 64;

    private const byte DeviceType = 1;
    private const byte ConfigurationType = 2;
    private const byte StringType = 3;
    private const byte InterfaceType = 4;
    private const byte EndpointType = 5;
    private const byte HidType = 0x21;
    private const byte ReportType = 0x22;

    private const byte HidClass = 3;
    private const byte VendorClass = 0xff;
    private const byte Interrupt = 3;
    private const string Serial = "000000000000000000000001";

    /// <summary>A HID device's report descriptor; empty for an interface of the vendor's own class.</summary>
    public ReadOnlyMemory<byte> ReportDescriptor { get; init; }

    /// <summary>The class of its interface.</summary>
    public byte InterfaceClass => ReportDescriptor.IsEmpty ? VendorClass : HidClass;

    /// <summary>A Trezor as every model shows itself today.</summary>
    public static UsbDescription Trezor(TrezorFlavour flavour) => new(
        TrezorUsb.VendorId,
        TrezorUsb.FirmwareId,
        flavour == TrezorFlavour.Legacy ? TrezorUsb.ModelOneRelease : (ushort)0x0200,
        "SatoshiLabs",
        "TREZOR",
        0x81,
        0x01);

    /// <summary>The same in its bootloader.</summary>
    public static UsbDescription TrezorBootloader(TrezorFlavour flavour) => Trezor(flavour) with { ProductId = TrezorUsb.BootloaderId };

    /// <summary>A Model One with its first firmware.</summary>
    /// <param name="isNumbered">As the very first ones: each report begins with its number, '?'.</param>
    public static UsbDescription HidModelOne(bool isNumbered) => new(
        TrezorUsb.HidVendorId, TrezorUsb.HidProductId, TrezorUsb.ModelOneRelease, "SatoshiLabs", "TREZOR", 0x81, 0x01)
    {
        ReportDescriptor = HidReports(TrezorUsb.HidUsagePage, isNumbered ? (byte)'?' : null),
    };

    /// <summary>A Ledger, with the interface that carries its commands.</summary>
    public static UsbDescription Ledger(LedgerModel model) => new(
        LedgerUsb.VendorId, LedgerUsb.ProductId(model, 0x01), 0x0201, "Ledger", model.DisplayName(), 0x82, 0x02)
    {
        ReportDescriptor = UhidDevice.ApduDescriptor.ToArray(),
    };

    /// <summary>A descriptor that the host asks for; null for one that it has not.</summary>
    internal byte[]? Descriptor(byte type, byte index) => (type, index) switch
    {
        (DeviceType, _) => Device(),
        (ConfigurationType, 0) => Configuration(),
        (StringType, 0) => [4, StringType, 0x09, 0x04],
        (StringType, 1) => Text(Manufacturer),
        (StringType, 2) => Text(Product),
        (StringType, 3) => Text(Serial),
        (HidType, 0) when !ReportDescriptor.IsEmpty => Hid(),
        (ReportType, 0) when !ReportDescriptor.IsEmpty => ReportDescriptor.ToArray(),
        _ => null,
    };

    private static byte[] Text(string text)
    {
        byte[] content = Encoding.Unicode.GetBytes(text);
        return [(byte)(2 + content.Length), StringType, .. content];
    }

    private static byte[] HidReports(ushort usagePage, byte? number) =>
    [
        0x06, (byte)usagePage, (byte)(usagePage >> 8), 0x09, 0x01, 0xa1, 0x01,
        .. HidReport(0x20, 0x81, number), .. HidReport(0x21, 0x91, number),
        0xc0,
    ];

    /// <summary>64 bytes, of which the number is one.</summary>
    private static byte[] HidReport(byte usage, byte item, byte? number) =>
    [
        .. number is { } id ? (byte[])[0x85, id] : [],
        0x09, usage, 0x15, 0x00, 0x26, 0xff, 0x00, 0x75, 0x08, 0x95, (byte)(number is null ? PacketSize : PacketSize - 1), item, 0x02,
    ];

    private byte[] Device() =>
    [
        18, DeviceType, 0x00, 0x02, 0, 0, 0, PacketSize,
        .. Pair(VendorId), .. Pair(ProductId), .. Pair(Release), 1, 2, 3, 1,
    ];

    private byte[] Configuration()
    {
        byte[] rest =
        [
            9, InterfaceType, 0, 0, 2, InterfaceClass, 0, 0, 0,
            .. ReportDescriptor.IsEmpty ? [] : Hid(),
            7, EndpointType, InEndpoint, Interrupt, PacketSize, 0, 1,
            7, EndpointType, OutEndpoint, Interrupt, PacketSize, 0, 1,
        ];
        return [9, ConfigurationType, .. Pair((ushort)(9 + rest.Length)), 1, 1, 0, 0x80, 50, .. rest];
    }

    private byte[] Hid() => [9, HidType, 0x11, 0x01, 0, 1, ReportType, .. Pair((ushort)ReportDescriptor.Length)];

    private static byte[] Pair(ushort value)
    {
        byte[] bytes = new byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, value);
        return bytes;
    }
}
