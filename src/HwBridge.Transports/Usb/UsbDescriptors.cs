namespace HwBridge.Transports.Usb;

/// <summary>The descriptors of a device as the kernel keeps them: the device's, then each configuration's (USB 2.0, 9.6).</summary>
/// <remarks>
/// Each: length (u8) | type (u8) | … Those read here:
/// <code>
///   interface  9 | 4 | number | alternate setting | endpoints | class | subclass | protocol | string
///   endpoint   7 | 5 | address, bit 7: to the host | kind in bits 0 and 1, 3: interrupt | largest packet u16 | interval
/// </code>
/// </remarks>
internal static class UsbDescriptors
{
    private const byte Configuration = 2;
    private const byte Interface = 4;
    private const byte Endpoint = 5;
    private const int InterfaceSize = 9;
    private const int EndpointSize = 7;
    private const byte VendorClass = 0xff;
    private const byte ToHost = 0x80;
    private const byte KindMask = 3;
    private const byte Interrupt = 3;

    /// <summary>
    /// The first interface of the vendor's own class that has an interrupt endpoint each way, in the first configuration; null when there is none, or the
    /// bytes make no sense.
    /// </summary>
    internal static UsbInterface? FindVendorInterface(ReadOnlySpan<byte> descriptors)
    {
        int configurations = 0;
        byte? number = null;
        byte? input = null;
        byte? output = null;
        while (descriptors.Length >= 2 && descriptors[0] >= 2 && descriptors[0] <= descriptors.Length)
        {
            ReadOnlySpan<byte> descriptor = descriptors[..descriptors[0]];
            descriptors = descriptors[descriptor.Length..];
            switch (descriptor[1])
            {
                case Configuration when ++configurations > 1:
                    return null;
                case Interface when descriptor.Length >= InterfaceSize:
                    number = descriptor[3] == 0 && descriptor[5] == VendorClass ? descriptor[2] : null;
                    (input, output) = (null, null);
                    break;
                case Endpoint when descriptor.Length >= EndpointSize && number is not null && (descriptor[3] & KindMask) == Interrupt:
                    if ((descriptor[2] & ToHost) != 0)
                    {
                        input ??= descriptor[2];
                    }
                    else
                    {
                        output ??= descriptor[2];
                    }

                    break;
            }

            if (number is { } found && input is { } toHost && output is { } toDevice)
            {
                return new UsbInterface(found, toHost, toDevice);
            }
        }

        return null;
    }
}
