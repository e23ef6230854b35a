namespace HwBridge.Emulators.Tests.Trezor;

/// <summary>One message of a recording.</summary>
/// <param name="Direction"><c>host</c> or <c>device</c>.</param>
/// <param name="Type">Null on the device's side: nothing came.</param>
/// <param name="Payload">The protobuf, hex.</param>
/// <param name="Packets">As they travelled, hex; 64 bytes each, with two exceptions.</param>
/// <param name="Debuglink">What the person did then.</param>
/// <param name="Matrix">At a PinMatrixAck: the keypad that the device showed.</param>
/// <param name="Host">Which of two hosts.</param>
public sealed record RecordedExchange(
    string Direction, int? Type, string? Payload, IReadOnlyList<string>? Packets, string? Debuglink, string? Matrix, string? Host)
{
    internal bool IsHost => Direction == "host";
}
