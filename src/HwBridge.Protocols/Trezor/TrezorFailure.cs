using System.Text;
using HwBridge.Core.Faults;
using HwBridge.Protocols.Trezor.Messages;

namespace HwBridge.Protocols.Trezor;

/// <summary>A Failure as a device sent it.</summary>
/// <param name="Code">What went wrong; numbers that are not in <see cref="FailureType"/> are possible, 0 is an absent code.</param>
/// <param name="Text">What the device says about it, for the person's eyes only: printable ASCII of at most 100 characters.</param>
public readonly record struct TrezorFailure(FailureType Code, string Text)
{
    private const int MaxText = 100;

    /// <summary>True for the answer of a device that speaks only the Trezor Host Protocol to a codec v1 message.</summary>
    /// <remarks>Firmware 2.10 announces 20 bytes where two are meant and pads with zeros, no protobuf: look before decoding.</remarks>
    /// <param name="payload">The payload of a Failure.</param>
    public static bool IsThpOnly(ReadOnlySpan<byte> payload) =>
        payload.StartsWith((ReadOnlySpan<byte>)[0x08, (byte)FailureType.InvalidProtocol]);

    /// <summary>Reads the payload of a Failure.</summary>
    /// <exception cref="FaultException"><see cref="Fault.Protocol"/>: malformed.</exception>
    public static TrezorFailure Decode(ReadOnlySpan<byte> payload)
    {
        if (IsThpOnly(payload))
        {
            return new TrezorFailure(FailureType.InvalidProtocol, string.Empty);
        }

        FailureType code = 0;
        string text = string.Empty;
        WireReader reader = new(payload);
        while (reader.Read())
        {
            if (reader is { Number: 1, Type: WireType.Varint })
            {
                code = (FailureType)(int)Math.Min(reader.Varint, int.MaxValue);
            }
            else if (reader is { Number: 2, Type: WireType.Bytes })
            {
                text = Printable(reader.Bytes);
            }
        }

        return new TrezorFailure(code, text);
    }

    /// <summary>What it means for the person. The code alone decides, never the text.</summary>
    /// <param name="uri">The device.</param>
    /// <param name="midway">True when it came in the middle of an exchange, after the device had asked for something.</param>
    public FaultException ToFault(string uri, bool midway)
    {
        (Fault fault, string cause, string remedy) = Code switch
        {
            FailureType.UnexpectedMessage when midway => (
                Fault.DeviceBusy,
                "another program talked to the device in the middle of this request",
                "Close Trezor Suite and whatever else uses the device, then try again."),
            FailureType.UnexpectedMessage => (Fault.Unsupported, "the device does not know this request", "Update its firmware."),
            FailureType.ButtonExpected or FailureType.InvalidSignature or FailureType.NotEnoughFunds => (
                Fault.Protocol,
                $"an answer that belongs to no request of ours (Failure {(int)Code})",
                "Close other programs that use the device, then try again."),
            FailureType.DataError => (
                Fault.Protocol,
                "the device could not read the request or forbids what it asks",
                "Update its firmware, and set its safety checks to the standard."),
            FailureType.ActionCancelled => (
                Fault.UserRejected, "refused on the device", "Run the command again and approve it on the device."),
            FailureType.PinExpected => (Fault.DeviceLocked, "the device waits for its PIN", "Unlock it, then try again."),
            FailureType.PinCancelled => (Fault.UserRejected, "the PIN was not entered", "Run the command again and enter the PIN."),
            FailureType.PinInvalid => (
                Fault.PinInvalid,
                "the PIN was wrong",
                "Try again with care: the device waits longer after each wrong PIN and erases itself after too many."),
            FailureType.PinMismatch => (Fault.PinInvalid, "the two PINs differ", "Enter the same PIN twice."),
            FailureType.WipeCodeMismatch => (Fault.PinInvalid, "the two wipe codes differ", "Enter the same code twice."),
            FailureType.ProcessError => (
                Fault.Unsupported, "the device could not carry out the request", "Update its firmware, then try again."),
            FailureType.NotInitialized => (
                Fault.Unsupported, "the device holds no seed, or does not know the curve", "Set the device up, or update its firmware."),
            FailureType.InvalidSession => (
                Fault.DeviceBusy,
                "the device dropped the session",
                "Close other programs that use the device, then run the command again."),
            FailureType.Busy or FailureType.InProgress => (
                Fault.DeviceBusy, "the device is busy with something else", "Finish or leave what is on its screen, then try again."),
            FailureType.InvalidProtocol or FailureType.ThpUnallocatedSession => (
                Fault.Unsupported,
                "this Trezor speaks only THP, the protocol of the newest models, which HwBridge does not speak yet",
                "Use a Model One, Model T, Safe 3 or Safe 5."),
            FailureType.FirmwareError => (
                Fault.Protocol, "the device's firmware failed", "Unplug it, plug it in again and update its firmware."),
            _ => (
                Fault.Protocol, $"the device answered with the unknown Failure {(int)Code}", "Update HwBridge, or the device's firmware."),
        };
        return new FaultException(fault, Text.Length == 0 ? $"{uri}: {cause}" : $"{uri}: {cause} (it says \"{Text}\")", remedy);
    }

    /// <summary>A device's words as they may be shown: printable ASCII without quotes, cut off.</summary>
    internal static string Printable(ReadOnlySpan<byte> utf8)
    {
        StringBuilder text = new();
        foreach (byte b in utf8[..Math.Min(utf8.Length, MaxText)])
        {
            text.Append(b is >= 0x20 and < 0x7f and not (byte)'"' ? (char)b : '?');
        }

        return text.ToString();
    }
}
