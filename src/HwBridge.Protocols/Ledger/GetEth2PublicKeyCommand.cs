using HwBridge.Core.Bls;
using HwBridge.Core.Eip2334;

namespace HwBridge.Protocols.Ledger;

/// <summary>E00E: the BLS public key of a validator, derived by the device (EIP-2333).</summary>
/// <param name="Path">The validator's path.</param>
/// <param name="Confirm">Show the key and have it approved.</param>
public readonly record struct GetEth2PublicKeyCommand(ValidatorKeyPath Path, bool Confirm = false) : ILedgerCommand<BlsPublicKey>
{
    // A review goes through the callback of GET_PUBLIC_KEY, whose layout has a 65-byte key and a 40-digit address.
    private const int AccountKeySize = 65;
    private const int AddressSize = 40;
    private const int ReviewedSize = 1 + AccountKeySize + 1 + AddressSize;

    /// <inheritdoc/>
    public string Name => "GET_ETH2_PUBLIC_KEY (E00E)";

    /// <inheritdoc/>
    public bool NeedsApproval => Confirm;

    /// <inheritdoc/>
    public bool IdentifiesWallet => !Confirm;

    /// <inheritdoc/>
    public int Encode(Span<byte> apdu)
    {
        Span<byte> data = stackalloc byte[1 + (4 * ValidatorKeyPath.MaxDepth)];
        int length = PathCodec.Encode(Path.Indices, data);
        return new CommandApdu(EthereumApp.Cla, EthereumApp.GetEth2PublicKey, Confirm ? (byte)1 : (byte)0, 0, data[..length]).Encode(apdu);
    }

    /// <summary>
    /// Reads 48 bytes, or after a review on apps since 1.18.0 (touch models: 1.10.3) 107: 41 | 48 bytes | 17 × 00 | 28 | 40 × 00.
    /// </summary>
    /// <inheritdoc/>
    public BlsPublicKey Parse(ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<byte> encoded = data;
        if (Confirm && data.Length == ReviewedSize)
        {
            encoded = data.Slice(1, BlsPublicKey.Size);
            if (data[0] != AccountKeySize
                || data[1 + AccountKeySize] != AddressSize
                || data[(1 + BlsPublicKey.Size)..(1 + AccountKeySize)].ContainsAnyExcept((byte)0)
                || data[(1 + AccountKeySize + 1)..].ContainsAnyExcept((byte)0))
            {
                throw LedgerAnswer.Broken(Name, "the 107 bytes of the answer are not a validator key in the layout of an account key");
            }
        }
        else
        {
            LedgerAnswer.RequireLength(Name, data, BlsPublicKey.Size);
        }

        PointValidity validity = BlsPublicKey.TryDecode(encoded, out BlsPublicKey key);
        return validity == PointValidity.Valid
            ? key
            : throw LedgerAnswer.Broken(Name, $"the answer for {Path} is no public key of BLS12-381 ({validity})");
    }
}
