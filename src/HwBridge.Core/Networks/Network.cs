using HwBridge.Core.Signing;
using HwBridge.Core.Ssz;

namespace HwBridge.Core.Networks;

/// <summary>What of a network goes into the signatures of its validators and accounts. A private network is made with the same values.</summary>
/// <param name="Name">As deposit files have it.</param>
/// <param name="GenesisForkVersion">GENESIS_FORK_VERSION, in deposits and BLS-to-execution changes.</param>
/// <param name="CapellaForkVersion">CAPELLA_FORK_VERSION, in voluntary exits for ever (EIP-7044).</param>
/// <param name="GenesisValidatorsRoot">genesis_validators_root, in everything but deposits.</param>
/// <param name="ChainId">DEPOSIT_CHAIN_ID, in each transaction.</param>
/// <param name="DepositContract">DEPOSIT_CONTRACT_ADDRESS.</param>
public sealed record Network(
    string Name,
    ForkVersion GenesisForkVersion,
    ForkVersion CapellaForkVersion,
    Bytes32 GenesisValidatorsRoot,
    ulong ChainId,
    ExecutionAddress DepositContract)
{
    /// <summary>Ethereum.</summary>
    public static Network Mainnet { get; } = Public(
        "mainnet",
        0x00000000,
        0x03000000,
        "4b363db94e286120d76eb905340fdd4e54bfe9f06bf33ff6cf5ad27f511bfe95",
        1,
        "00000000219ab540356cbb839cbe05303d7705fa");

    /// <summary>The test network for validators.</summary>
    public static Network Hoodi { get; } = Public(
        "hoodi",
        0x10000910,
        0x40000910,
        "212f13fc4df078b6cb7db228f1c8307566dcecf900867401a92023d7ba99cb5f",
        560048,
        "00000000219ab540356cbb839cbe05303d7705fa");

    /// <summary>The test network for applications.</summary>
    public static Network Sepolia { get; } = Public(
        "sepolia",
        0x90000069,
        0x90000072,
        "d8ea171f3c94aea21ebc42a1ed61052acf3f9209c00e4efbaaddac09ed9b8078",
        11155111,
        "7f02c3e3c98b133055b8b348b2ac625669ed295d");

    /// <summary>The former test network for validators.</summary>
    public static Network Holesky { get; } = Public(
        "holesky",
        0x01017000,
        0x04017000,
        "9143aa7c615a7f7115e2b6aac319c03529df8242ae705fba9df39b79c59fa8b1",
        17000,
        "4242424242424242424242424242424242424242");

    /// <summary>The public networks that are known here.</summary>
    public static IReadOnlyList<Network> Known { get; } = [Mainnet, Hoodi, Sepolia, Holesky];

    /// <summary>The known network of this name, else null.</summary>
    public static Network? Named(string name) => Known.FirstOrDefault(network => network.Name == name);

    /// <summary>The known network that began with this fork, else null.</summary>
    public static Network? OfGenesis(ForkVersion version) => Known.FirstOrDefault(network => network.GenesisForkVersion == version);

    /// <summary>The known network that has this genesis_validators_root, else null.</summary>
    public static Network? OfGenesis(Bytes32 validatorsRoot) =>
        Known.FirstOrDefault(network => network.GenesisValidatorsRoot == validatorsRoot);

    private static Network Public(
        string name, uint genesis, uint capella, string validatorsRoot, ulong chainId, string depositContract) => new(
            name,
            new ForkVersion(genesis),
            new ForkVersion(capella),
            new Bytes32(Convert.FromHexString(validatorsRoot)),
            chainId,
            new ExecutionAddress(Convert.FromHexString(depositContract)));
}
