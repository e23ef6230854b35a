namespace HwBridge.Protocols.Ledger.OpenPgp;

/// <summary>
/// PUT DATA: replaces a data object's content, in a chain of links of 254 bytes where it is longer.
/// </summary>
/// <remarks>
/// The app writes when the last link has come. After a chain that was cut off, the next command of whatever kind makes it write what
/// it has so far, and hang: so nothing may stop a chain that has begun, and whoever reads must recognise half of a content.
/// </remarks>
public sealed class PutDataCommand : ILedgerCommand<int>
{
    private readonly ReadOnlyMemory<byte> _content;

    /// <summary>Replaces <paramref name="target"/>'s content.</summary>
    /// <param name="target">Which object.</param>
    /// <param name="content">0 bytes to empty it, up to its capacity: more is never sent, since it crashes the app.</param>
    /// <exception cref="ArgumentOutOfRangeException">More than the object's capacity.</exception>
    public PutDataCommand(OpenPgpDataObject target, ReadOnlyMemory<byte> content)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(content.Length, target.Capacity, nameof(content));
        (Target, _content) = (target, content);
    }

    /// <summary>Which object.</summary>
    public OpenPgpDataObject Target { get; }

    /// <inheritdoc/>
    public string Name => $"OpenPGP PUT DATA (00DA) {Target.Tag:X4}";

    /// <inheritdoc/>
    public string App => OpenPgpApp.Name;

    /// <inheritdoc/>
    public bool NeedsApproval => false;

    /// <inheritdoc/>
    public int Links => Math.Max(1, (_content.Length + OpenPgpApp.MaxLink - 1) / OpenPgpApp.MaxLink);

    /// <summary>Writes the first link.</summary>
    /// <inheritdoc/>
    public int Encode(Span<byte> apdu) => EncodeLink(0, apdu);

    /// <inheritdoc/>
    public int EncodeLink(int link, Span<byte> apdu)
    {
        ReadOnlySpan<byte> rest = _content.Span[(link * OpenPgpApp.MaxLink)..];
        bool last = link == Links - 1;
        return new CommandApdu(
            last ? OpenPgpApp.Cla : OpenPgpApp.ChainCla,
            OpenPgpApp.PutData,
            (byte)(Target.Tag >> 8),
            (byte)Target.Tag,
            last ? rest : rest[..OpenPgpApp.MaxLink]).Encode(apdu);
    }

    /// <summary>Nothing but the status: how many bytes were written.</summary>
    /// <inheritdoc/>
    public int Parse(ReadOnlySpan<byte> data)
    {
        LedgerAnswer.RequireLength(Name, data, 0);
        return _content.Length;
    }
}
