using HwBridge.Core.Bip32;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Secrets;

namespace HwBridge.Protocols.Ledger;

/// <summary>
/// E018 with P1=01 and P2=01: X25519(the path's key, <paramref name="Peer"/>), reviewed on the screen. There is no silent form
/// here, though the app has one: a program that asks without a review can open every backup while the device is unlocked.
/// </summary>
/// <param name="Path">Under m/44'/60' or m/45'.</param>
/// <param name="Peer">The other side's public key.</param>
public readonly record struct AgreePrivacySecretCommand(Bip32Path Path, X25519PublicKey Peer) : ILedgerCommand<SecretBuffer>
{
    private const int SecretSize = 32;

    /// <inheritdoc/>
    public string Name => "PERFORM_PRIVACY_OPERATION (E018), shared secret";

    /// <inheritdoc/>
    public bool NeedsApproval => true;

    /// <inheritdoc/>
    public int Encode(Span<byte> apdu)
    {
        Span<byte> data = stackalloc byte[PathCodec.MaxSize + X25519PublicKey.Size];
        int length = PathCodec.Encode(Path.Indices, data);
        Peer.CopyTo(data[length..]);
        return new CommandApdu(
            EthereumApp.Cla,
            EthereumApp.PerformPrivacyOperation,
            1,
            1,
            data[..(length + X25519PublicKey.Size)]).Encode(apdu);
    }

    /// <summary>Copies 32 bytes, little-endian, straight into guarded memory; all zero (a peer of low order) is refused.</summary>
    /// <inheritdoc/>
    public SecretBuffer Parse(ReadOnlySpan<byte> data)
    {
        LedgerAnswer.RequireLength(Name, data, SecretSize);
        return SecretBuffer.IsZero(data)
            ? throw LedgerAnswer.Broken(Name, "the shared secret is all zero, so the peer's key is of low order or the device is faulty")
            : SecretBuffer.CopyOf(data);
    }
}
