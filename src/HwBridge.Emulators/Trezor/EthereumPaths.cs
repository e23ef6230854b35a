using HwBridge.Emulators.Seeds;

namespace HwBridge.Emulators.Trezor;

/// <summary>Which paths a Trezor takes for Ethereum while its safety checks are strict.</summary>
internal static class EthereumPaths
{
    private const uint Bip44 = 44 | Slip10Node.Hardened;
    private const uint Bip45 = 45 | Slip10Node.Hardened;
    private const uint Ethereum = 60 | Slip10Node.Hardened;
    private const uint Testnet = 1 | Slip10Node.Hardened;

    /// <summary>m/44'/60'/a'/0/i or m/44'/60'/0'/i, or the same with the test networks' 1'.</summary>
    internal static bool IsAccount(ReadOnlySpan<uint> path) => path is
        [Bip44, Ethereum or Testnet, >= Slip10Node.Hardened, 0, < Slip10Node.Hardened]
        or [Bip44, Ethereum or Testnet, Slip10Node.Hardened, < Slip10Node.Hardened];

    /// <summary>Anything below m/44' or m/45'.</summary>
    internal static bool IsPublic(ReadOnlySpan<uint> path) => path is [Bip44 or Bip45, ..];
}
