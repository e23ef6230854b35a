using System.Buffers.Binary;
using System.Text;
using HwBridge.Core.Bip32;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Protocols.Trezor;

namespace HwBridge.Protocols.Age.Plugin;

/// <summary>
/// What a line <c>AGE-PLUGIN-HWBRIDGE-1…</c> says: which wallet, which of its keys, and that key's public half, so that the right device
/// is asked and another one is named before anybody confirms anything (protocols/age/plugin.md § Identity). Public, but it tells the
/// recipient.
/// </summary>
/// <param name="Maker"><c>ledger</c> or <c>trezor</c>.</param>
/// <param name="Recipient">The key's public half.</param>
public sealed record PluginIdentity(string Maker, X25519PublicKey Recipient)
{
    /// <summary>The plugin's name: age runs <c>age-plugin-hwbridge</c>.</summary>
    public const string PluginName = "hwbridge";

    private const string Prefix = "age-plugin-hwbridge-";
    private const string Remedy = "Make the identity again: hwbridge recipient --identity --device URI";
    private const byte Version = 1;
    private const byte Ledger = 1;
    private const byte Trezor = 2;
    private const int HeadSize = 3 + X25519PublicKey.Size;
    private const int MaxLabel = 63;

    /// <summary>Ledger: the key's path.</summary>
    public Bip32Path? Path { get; init; }

    /// <summary>Trezor: the label of the SLIP-0017 identity <c>age://LABEL</c>.</summary>
    public string? Label { get; init; }

    /// <summary>Trezor: where the passphrase comes from; null for the device's own default.</summary>
    public PassphraseSource? Passphrase { get; init; }

    /// <summary>Reads an identity line.</summary>
    /// <param name="text">As it stands in an identity file.</param>
    /// <returns>The identity, or null for one without data, as <c>age -j hwbridge</c> gives: whichever device is there.</returns>
    /// <exception cref="FaultException"><see cref="Fault.BadInput"/>: mistyped, of another kind, or of a later version.</exception>
    public static PluginIdentity? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.StartsWith("age1", StringComparison.OrdinalIgnoreCase))
        {
            throw Refused("this is a recipient (age1…), not an identity: it can't open anything");
        }

        if (Bech32.Decode(text, out string prefix, out byte[] data) is { } reason)
        {
            throw Refused($"the identity {reason}");
        }

        if (prefix != Prefix || text[0] != 'A')
        {
            throw Refused("this is no identity of the plugin hwbridge: AGE-PLUGIN-HWBRIDGE-1… in capitals");
        }

        if (data.Length == 0)
        {
            return null;
        }

        if (data[0] != Version)
        {
            throw new FaultException(
                Fault.BadInput, $"the identity is of version {data[0]}, and this program knows version {Version}", "Update hwbridge.");
        }

        if (data.Length <= HeadSize)
        {
            throw Refused($"the identity holds {data.Length} bytes, too few");
        }

        X25519PublicKey recipient = new(data.AsSpan(3, X25519PublicKey.Size));
        ReadOnlySpan<byte> place = data.AsSpan(HeadSize);
        return data[1] switch
        {
            Ledger when data[2] == 0 && ReadPath(place) is { } path => new PluginIdentity("ledger", recipient) { Path = path },
            Trezor when data[2] <= (byte)PassphraseSource.None + 1 && IsLabel(place) => new PluginIdentity("trezor", recipient)
            {
                Label = Encoding.ASCII.GetString(place),
                Passphrase = data[2] == 0 ? null : (PassphraseSource)(data[2] - 1),
            },
            Ledger or Trezor => throw Refused("the identity has a passphrase source, path or label that can't be"),
            _ => throw Refused($"the identity is of a kind of device that this program does not know ({data[1]})"),
        };
    }

    /// <summary>The line for an identity file.</summary>
    public string Format()
    {
        byte[] place = Path is not null ? WritePath(Path) : Encoding.ASCII.GetBytes(Label!);
        byte kind = Path is not null ? Ledger : Trezor;
        byte passphrase = Passphrase is { } source ? (byte)(source + 1) : (byte)0;
        return Bech32.Encode(Prefix, [Version, kind, passphrase, .. Recipient.ToArray(), .. place]).ToUpperInvariant();
    }

    private static byte[] WritePath(Bip32Path path)
    {
        byte[] bytes = new byte[sizeof(uint) * path.Indices.Length];
        for (int i = 0; i < path.Indices.Length; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(sizeof(uint) * i), path.Indices[i]);
        }

        return bytes;
    }

    private static Bip32Path? ReadPath(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length % sizeof(uint) != 0)
        {
            return null;
        }

        uint[] indices = new uint[bytes.Length / sizeof(uint)];
        for (int i = 0; i < indices.Length; i++)
        {
            indices[i] = BinaryPrimitives.ReadUInt32BigEndian(bytes[(sizeof(uint) * i)..]);
        }

        return Bip32Path.TryCreate(indices);
    }

    private static bool IsLabel(ReadOnlySpan<byte> bytes) =>
        bytes.Length <= MaxLabel && !bytes.ContainsAnyExceptInRange((byte)' ', (byte)'~');

    private static FaultException Refused(string cause) => new(Fault.BadInput, cause, Remedy);
}
