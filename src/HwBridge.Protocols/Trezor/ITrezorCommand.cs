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

    /// <summary>Reads the payload of the answer.</summary>
    /// <exception cref="Core.Faults.FaultException"><see cref="Core.Faults.Fault.Protocol"/>: not what was asked for.</exception>
    TAnswer Decode(ReadOnlySpan<byte> payload);
}
