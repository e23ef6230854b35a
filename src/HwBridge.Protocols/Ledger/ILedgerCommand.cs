namespace HwBridge.Protocols.Ledger;

/// <summary>One request to a Ledger, as a value: it encodes an APDU and parses the answer; no I/O.</summary>
/// <typeparam name="TAnswer">What the answer means.</typeparam>
public interface ILedgerCommand<out TAnswer>
{
    /// <summary>The app's name of the command and its two bytes, for messages.</summary>
    string Name { get; }

    /// <summary>The app that answers it, as B001 names it; null for the operating system, which answers in every app.</summary>
    string? App => EthereumApp.Name;

    /// <summary>True when a review comes on the screen and a person has to answer it.</summary>
    bool NeedsApproval { get; }

    /// <summary>True when nobody is asked and only this wallet gives this answer: asked again later, it proves that the wallet is the same.</summary>
    bool IdentifiesWallet => false;

    /// <summary>Writes the APDU.</summary>
    /// <param name="apdu">At least <see cref="ApduLimits.MaxCommand"/> bytes.</param>
    /// <returns>The number of bytes written.</returns>
    int Encode(Span<byte> apdu);

    /// <summary>How many APDUs the command takes. More than one is a chain, which nothing may come between.</summary>
    int Links => 1;

    /// <summary>Writes the APDU at <paramref name="link"/> of a chain, as <see cref="Encode"/> does for a single one.</summary>
    int EncodeLink(int link, Span<byte> apdu) => Encode(apdu);

    /// <summary>Writes the APDU that makes the device forget a chain that is cut off between two of its links.</summary>
    /// <returns>The number of bytes written; 0 where such a chain can't be cut.</returns>
    int EncodeAbandon(Span<byte> apdu) => 0;

    /// <summary>Reads the data of an answer whose status is 9000.</summary>
    /// <param name="data">Without the status word.</param>
    /// <exception cref="Core.Faults.FaultException">
    /// Not an answer to this command (<see cref="Core.Faults.Fault.Protocol"/>).
    /// </exception>
    TAnswer Parse(ReadOnlySpan<byte> data);
}
