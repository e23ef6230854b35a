using HwBridge.Core.Bip32;
using HwBridge.Core.Eip2334;
using HwBridge.Core.Networks;
using HwBridge.SigningBridge.Rules;

namespace HwBridge.SigningBridge;

/// <summary>Where the bridge listens, and what it may be asked for.</summary>
public sealed record BridgeOptions
{
    /// <summary>The Unix socket, in a folder that is its owner's alone; null where there is a <see cref="Port"/>.</summary>
    public string? SocketPath { get; init; }

    /// <summary>A port of 127.0.0.1 and [::1] instead (0: any free one of 127.0.0.1).</summary>
    public int? Port { get; init; }

    /// <summary>The port of the page that shows the requests (0: any free one); null for none.</summary>
    public int? PagePort { get; init; }

    /// <summary>The file of the bearer token; made where there is none.</summary>
    public required string TokenFile { get; init; }

    /// <summary>Origins of web pages that may ask, such as <c>https://example.org</c>. None, unless somebody says so.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    /// <summary>What alone may reach the device; null for everything, which the device still has to confirm.</summary>
    public BridgeRules? Rules { get; init; }

    /// <summary>The chain of eth_chainId, and of transactions that name none.</summary>
    public ulong ChainId { get; init; } = Network.Mainnet.ChainId;

    /// <summary>The accounts that are offered.</summary>
    public required IReadOnlyList<Bip32Path> Accounts { get; init; }

    /// <summary>The validators whose public keys are told.</summary>
    public IReadOnlyList<ValidatorKeyPath> Validators { get; init; } = [];

    /// <summary>The network of validator registrations, which do not name theirs.</summary>
    public Network Network { get; init; } = Network.Mainnet;

    /// <summary>The backup that the device opens for each signature of the consensus layer; null when none of these is allowed.</summary>
    public string? Backup { get; init; }

    /// <summary>How long a person has for one request on the device.</summary>
    public TimeSpan PersonDeadline { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How much is taken from clients.</summary>
    public BridgeLimits Limits { get; init; } = new();

    /// <summary>Gets a JSON object a line for each event, without contents; null for none.</summary>
    public TextWriter? Log { get; init; }
}
