using System.Buffers;
using System.Text;
using Google.Protobuf;
using HwBridge.Protocols.Trezor.Messages;

namespace HwBridge.Protocols.Trezor;

/// <summary>A recovery as a dry run: the device compares words with its seed and keeps nothing of them.</summary>
/// <remarks>
/// Never the method by words, in which the host would see each of them. Fields beyond these are refused in a dry run, even when false.
/// Field 10 was the bool <c>dry_run</c> in older firmware and has the same bytes; Model One firmware before 1.5.1 does not know it and takes
/// the request for a recovery, which it refuses while it holds a seed: never send this to a device without one.
/// </remarks>
/// <param name="WordCount">12, 18 or 24 for a Model One; null for later models, which ask on their screen.</param>
public readonly record struct CheckSeedCommand(int? WordCount) : ITrezorCommand<string>
{
    /// <inheritdoc/>
    public MessageType Request => MessageType.RecoveryDevice;

    /// <inheritdoc/>
    public MessageType Answer => MessageType.Success;

    /// <inheritdoc/>
    public void Encode(IBufferWriter<byte> payload)
    {
        RecoveryDevice message = new() { Type = RecoveryType.DryRun, EnforceWordlist = true };
        if (WordCount is { } count)
        {
            message.WordCount = (uint)count;
            message.InputMethod = RecoveryInputMethod.Matrix;
        }

        message.WriteTo(payload);
    }

    /// <summary>The device's sentence about the words, printable.</summary>
    public string Decode(ReadOnlySpan<byte> payload) =>
        TrezorFailure.Printable(Encoding.UTF8.GetBytes(TrezorMessage.Decode(Success.Parser, payload).Message));
}
