using System.Buffers;
using HwBridge.Protocols.Trezor.Messages;

namespace HwBridge.Protocols.Trezor;

/// <summary>A request as a value: it encodes itself and reads its own answer; no I/O.</summary>
/// <typeparam name="TAnswer">What the device answers with.</typeparam>
public interface ITrezorCommand<TAnswer>
{
    /// <summary>The type of the request.</summary>
    MessageType Request { get; }

    /// <summary>The only type that ends it well.</summary>
    MessageType Answer { get; }

    /// <summary>Writes the payload of the request.</summary>
    void Encode(IBufferWriter<byte> payload);

    /// <summary>How many questions the device may ask before its answer; more than any firmware does, unless told otherwise.</summary>
    int MaxQuestions => 64;

    /// <summary>Answers what the device asks of the request itself, such as more of its data.</summary>
    /// <param name="type">The type of the device's message.</param>
    /// <param name="payload">Its payload.</param>
    /// <param name="reply">Where the payload of the reply is written.</param>
    /// <returns>The type of the reply; null where this is no such question.</returns>
    /// <exception cref="Core.Faults.FaultException"><see cref="Core.Faults.Fault.Protocol"/>: it asks for what there is not.</exception>
    MessageType? Reply(MessageType type, ReadOnlySpan<byte> payload, IBufferWriter<byte> reply) => null;

    /// <summary>Reads the payload of the answer.</summary>
    /// <exception cref="Core.Faults.FaultException"><see cref="Core.Faults.Fault.Protocol"/>: not what was asked for.</exception>
    TAnswer Decode(ReadOnlySpan<byte> payload);
}
