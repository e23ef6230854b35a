using System.Text;
using HwBridge.Core.Bip32;

namespace HwBridge.Protocols.Ledger;

/// <summary>E002: an account's public key and address.</summary>
/// <param name="Path">Under m/44'/60' or m/45'.</param>
/// <param name="Confirm">Show the address and have it approved.</param>
/// <param name="WithChainCode">Ask for the chain code too.</param>
public readonly record struct GetPublicKeyCommand(Bip32Path Path, bool Confirm = false, bool WithChainCode = false)
    : ILedgerCommand<EthereumAccountKey>
{
    private const int KeySize = 65;
    private const int AddressSize = 40;
    private const int ChainCodeSize = 32;

    /// <inheritdoc/>
    public string Name => "GET_PUBLIC_KEY (E002)";

    /// <inheritdoc/>
    public bool NeedsApproval => Confirm;

    /// <inheritdoc/>
    public bool IdentifiesWallet => !Confirm;

    /// <inheritdoc/>
    public int Encode(Span<byte> apdu)
    {
        Span<byte> data = stackalloc byte[PathCodec.MaxSize];
        int length = PathCodec.Encode(Path.Indices, data);
        return new CommandApdu(
            EthereumApp.Cla, EthereumApp.GetPublicKey, Confirm ? (byte)1 : (byte)0, WithChainCode ? (byte)1 : (byte)0, data[..length])
            .Encode(apdu);
    }

    /// <summary>Reads 41 | key | 28 | address in ASCII hex | chain code where asked for.</summary>
    /// <inheritdoc/>
    public EthereumAccountKey Parse(ReadOnlySpan<byte> data)
    {
        LedgerAnswer.RequireLength(Name, data, 1 + KeySize + 1 + AddressSize + (WithChainCode ? ChainCodeSize : 0));
        ReadOnlySpan<byte> key = data.Slice(1, KeySize);
        ReadOnlySpan<byte> digits = data.Slice(1 + KeySize + 1, AddressSize);
        if (data[0] != KeySize || key[0] != 0x04 || data[1 + KeySize] != AddressSize)
        {
            throw LedgerAnswer.Broken(Name, "the answer is not a public key and an address");
        }

        foreach (byte digit in digits)
        {
            if (!char.IsAsciiHexDigit((char)digit))
            {
                throw LedgerAnswer.Broken(Name, "the address is not hexadecimal");
            }
        }

        return new EthereumAccountKey(
            key.ToArray(),
            "0x" + Encoding.ASCII.GetString(digits),
            data[(1 + KeySize + 1 + AddressSize)..].ToArray());
    }
}
