namespace HwBridge.SigningBridge;

/// <summary>How much the bridge takes from its clients; more is answered with a refusal.</summary>
public sealed record BridgeLimits
{
    /// <summary>The largest body of a request, in bytes.</summary>
    public int MaxBody { get; init; } = 1 << 20;

    /// <summary>Connections at a time.</summary>
    public int MaxConnections { get; init; } = 2_048;

    /// <summary>Requests that may wait for the device.</summary>
    public int MaxQueue { get; init; } = 1_024;

    /// <summary>Requests that may come at once, before <see cref="RequestsPerSecond"/> counts.</summary>
    public int Burst { get; init; } = 2_000;

    /// <summary>Requests a second, in the long run.</summary>
    public int RequestsPerSecond { get; init; } = 200;

    /// <summary>How long a client may take for its headers.</summary>
    public TimeSpan Headers { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a body may come slower than <see cref="BodyBytesPerSecond"/>.</summary>
    public TimeSpan BodyGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The slowest body that is waited for.</summary>
    public int BodyBytesPerSecond { get; init; } = 1_024;
}
