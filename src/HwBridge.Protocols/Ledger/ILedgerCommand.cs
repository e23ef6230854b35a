namespace HwBridge.Protocols.Ledger;

/// <summary>One request to the Ethereum app, as a value: it encodes an APDU and parses the answer; no I/O.</summary>
/// <typeparam name="TAnswer">What the answer means.</typeparam>
public interface ILedgerCommand<out TAnswer>
{
    /// <summary>The app's name of the command and its two bytes, for messages.</summary>
    string Name { get; }

    /// <summary>True when a review comes on the screen and a person has to answer it.</summary>
    bool NeedsApproval { get; }

    /// <summary>Writes the APDU.</summary>
    /// <param name="apdu">At least <see cref="ApduLimits.MaxCommand"/> bytes.</param>
    /// <returns>The number of bytes written.</returns>
    int Encode(Span<byte> apdu);

    /// <summary>Reads the data of an answer whose status is 9000.</summary>
    /// <param name="data">Without the status word.</param>
    /// <exception cref="Core.Faults.FaultException">
    /// Not an answer to this command (<see cref="Core.Faults.Fault.Protocol"/>).
    /// </exception>
    TAnswer Parse(ReadOnlySpan<byte> data);
}
