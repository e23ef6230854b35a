using System.Buffers.Binary;
using HwBridge.Core.Bip32;
using HwBridge.Core.Execution;

namespace HwBridge.Protocols.Ledger;

/// <summary>E008: signs a message (EIP-191), path | length (4, big-endian) | bytes, in parts of up to 255 bytes.</summary>
public sealed class SignMessageCommand : ILedgerCommand<EthereumSignature>
{
    /// <summary>The app keeps the length in 16 bits.</summary>
    public const int MaxMessage = ushort.MaxValue;

    private readonly Bip32Path _path;
    private readonly byte[] _payload;
    private readonly int[] _cuts;

    /// <summary>Signs <paramref name="message"/> with the key at <paramref name="path"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">More than <see cref="MaxMessage"/> bytes.</exception>
    public SignMessageCommand(Bip32Path path, ReadOnlyMemory<byte> message)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(message.Length, MaxMessage, nameof(message));
        _path = path;
        byte[] length = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(length, message.Length);
        _payload = PathCodec.Before(path, [.. length, .. message.Span]);
        _cuts = PathCodec.Cut(_payload.Length);
    }

    /// <inheritdoc/>
    public string Name => "SIGN_PERSONAL_MESSAGE (E008)";

    /// <inheritdoc/>
    public bool NeedsApproval => true;

    /// <inheritdoc/>
    public int Links => _cuts.Length - 1;

    /// <summary>Writes the first part.</summary>
    /// <inheritdoc/>
    public int Encode(Span<byte> apdu) => EncodeLink(0, apdu);

    /// <inheritdoc/>
    public int EncodeLink(int link, Span<byte> apdu) => new CommandApdu(
        EthereumApp.Cla,
        EthereumApp.SignPersonalMessage,
        link == 0 ? (byte)0 : EthereumApp.FollowingPart,
        0,
        _payload.AsSpan(_cuts[link].._cuts[link + 1])).Encode(apdu);

    /// <inheritdoc/>
    public int EncodeAbandon(Span<byte> apdu) => new GetPublicKeyCommand(_path).Encode(apdu);

    /// <inheritdoc/>
    public EthereumSignature Parse(ReadOnlySpan<byte> data) => SignatureAnswer.OfMessage(Name, data);
}
