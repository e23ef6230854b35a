using System.Buffers;
using System.Text;
using HwBridge.Core.KeyStores;

namespace HwBridge.Protocols.Ledger;

/// <summary>B001: which app is open, answered by the operating system in every app and on the dashboard.</summary>
public readonly record struct GetAppNameAndVersionCommand : ILedgerCommand<AppInfo>
{
    private const byte Format = 0x01;

    private static readonly SearchValues<byte> Printable = SearchValues.Create([.. Enumerable.Range(0x20, 0x5f).Select(c => (byte)c)]);

    /// <inheritdoc/>
    public string Name => "GET_APP_NAME_AND_VERSION (B001)";

    /// <inheritdoc/>
    public string? App => null;

    /// <inheritdoc/>
    public bool NeedsApproval => false;

    /// <inheritdoc/>
    public int Encode(Span<byte> apdu) => new CommandApdu(LedgerSystem.Cla, LedgerSystem.GetAppNameAndVersion, 0, 0, []).Encode(apdu);

    /// <summary>Reads 01 | length, name | length, version | length, flags; names in printable ASCII.</summary>
    /// <inheritdoc/>
    public AppInfo Parse(ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty || data[0] != Format)
        {
            throw LedgerAnswer.Broken(Name, "the answer is not in format 1");
        }

        ReadOnlySpan<byte> rest = data[1..];
        ReadOnlySpan<byte> name = TakeField(ref rest);
        ReadOnlySpan<byte> version = TakeField(ref rest);
        TakeField(ref rest);
        if (!rest.IsEmpty)
        {
            throw LedgerAnswer.Broken(Name, $"the answer has {rest.Length} bytes too many");
        }

        if (name.IsEmpty || name.ContainsAnyExcept(Printable) || version.ContainsAnyExcept(Printable))
        {
            throw LedgerAnswer.Broken(Name, "the app's name or version is not printable text");
        }

        return new AppInfo(Encoding.ASCII.GetString(name), Encoding.ASCII.GetString(version));
    }

    private ReadOnlySpan<byte> TakeField(ref ReadOnlySpan<byte> rest)
    {
        if (rest.IsEmpty || rest[0] > rest.Length - 1)
        {
            throw LedgerAnswer.Broken(Name, "the answer ends in the middle of a field");
        }

        ReadOnlySpan<byte> field = rest.Slice(1, rest[0]);
        rest = rest[(1 + rest[0])..];
        return field;
    }
}
