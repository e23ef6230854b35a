using HwBridge.Core.Secrets;

namespace HwBridge.Core.Shamir;

/// <summary>One point of the polynomials of <see cref="SecretSharing"/>.</summary>
/// <param name="x">Where they are evaluated, 1 to 255; public.</param>
/// <param name="y">Their values, one for each byte of the secret; disposed with the share.</param>
public sealed class SecretShare(byte x, SecretBuffer y) : IDisposable
{
    /// <summary>Where the polynomials are evaluated; public.</summary>
    public byte X { get; } = x;

    /// <summary>The values, as many as the secret has bytes; secret.</summary>
    public SecretBuffer Y { get; } = y;

    /// <summary>Wipes the values.</summary>
    public void Dispose() => Y.Dispose();
}
