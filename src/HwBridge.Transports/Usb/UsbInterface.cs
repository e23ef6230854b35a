namespace HwBridge.Transports.Usb;

/// <summary>An interface with one interrupt endpoint each way.</summary>
/// <param name="Number">Its number.</param>
/// <param name="InEndpoint">The address of the endpoint to the host.</param>
/// <param name="OutEndpoint">The address of the endpoint to the device.</param>
public sealed record UsbInterface(byte Number, byte InEndpoint, byte OutEndpoint);
