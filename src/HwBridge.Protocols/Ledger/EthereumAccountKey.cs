namespace HwBridge.Protocols.Ledger;

/// <summary>An account's key as the app gives it.</summary>
/// <param name="PublicKey">65 bytes: 04 | x | y on secp256k1.</param>
/// <param name="Address">0x and 40 hex digits, EIP-55 case as the app wrote it.</param>
/// <param name="ChainCode">32 bytes when asked for, else empty.</param>
public sealed record EthereumAccountKey(ReadOnlyMemory<byte> PublicKey, string Address, ReadOnlyMemory<byte> ChainCode);
