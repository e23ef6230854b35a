namespace HwBridge.Emulators.Trezor;

/// <summary>One message from a host, not yet decoded.</summary>
/// <param name="Type">The u16 of the header.</param>
/// <param name="Payload">The protobuf bytes.</param>
internal readonly record struct HostMessage(int Type, byte[] Payload);
