namespace HwBridge.Protocols.Ledger.OpenPgp;

/// <summary>GET DATA: all of a data object; empty where nothing was stored.</summary>
/// <param name="Target">Which.</param>
public readonly record struct GetDataCommand(OpenPgpDataObject Target) : ILedgerCommand<byte[]>
{
    /// <inheritdoc/>
    public string Name => $"OpenPGP GET DATA (00CA) {Target.Tag:X4}";

    /// <inheritdoc/>
    public string App => OpenPgpApp.Name;

    /// <inheritdoc/>
    public bool NeedsApproval => false;

    /// <inheritdoc/>
    public int Encode(Span<byte> apdu) =>
        new CommandApdu(OpenPgpApp.Cla, OpenPgpApp.GetData, (byte)(Target.Tag >> 8), (byte)Target.Tag, []).Encode(apdu);

    /// <summary>The content as it is, put together where it came in pieces.</summary>
    /// <inheritdoc/>
    public byte[] Parse(ReadOnlySpan<byte> data) => data.Length <= Target.Capacity
        ? data.ToArray()
        : throw LedgerAnswer.Broken(Name, $"the object has {data.Length} bytes, more than the {Target.Capacity} that it can hold");
}
