using HwBridge.Core.Bip32;
using HwBridge.Core.KeyStores;

namespace HwBridge.Protocols.Ledger;

/// <summary>E018 with P2=00: the X25519 public key of a path (RFC 7748, little-endian), as EIP-1024 uses it.</summary>
/// <param name="Path">Under m/44'/60' or m/45'.</param>
/// <param name="Confirm">Show the key and have it approved.</param>
public readonly record struct GetPrivacyPublicKeyCommand(Bip32Path Path, bool Confirm = false) : ILedgerCommand<X25519PublicKey>
{
    /// <inheritdoc/>
    public string Name => "PERFORM_PRIVACY_OPERATION (E018), public key";

    /// <inheritdoc/>
    public bool NeedsApproval => Confirm;

    /// <inheritdoc/>
    public bool IdentifiesWallet => !Confirm;

    /// <inheritdoc/>
    public int Encode(Span<byte> apdu)
    {
        Span<byte> data = stackalloc byte[PathCodec.MaxSize];
        int length = PathCodec.Encode(Path.Indices, data);
        return new CommandApdu(EthereumApp.Cla, EthereumApp.PerformPrivacyOperation, Confirm ? (byte)1 : (byte)0, 0, data[..length])
            .Encode(apdu);
    }

    /// <inheritdoc/>
    public X25519PublicKey Parse(ReadOnlySpan<byte> data)
    {
        LedgerAnswer.RequireLength(Name, data, X25519PublicKey.Size);
        return data.ContainsAnyExcept((byte)0)
            ? new X25519PublicKey(data)
            : throw LedgerAnswer.Broken(Name, "the public key is all zero");
    }
}
