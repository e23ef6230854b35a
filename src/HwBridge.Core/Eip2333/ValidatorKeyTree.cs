using HwBridge.Core.Bls;
using HwBridge.Core.Eip2334;

namespace HwBridge.Core.Eip2333;

/// <summary>Many keys of one seed: holds the key at m/12381/3600, where every <see cref="ValidatorKeyPath"/> passes.</summary>
public sealed class ValidatorKeyTree : IDisposable
{
    private readonly BlsSecretKey _root;

    private ValidatorKeyTree(BlsSecretKey root) => _root = root;

    /// <summary>The tree of a seed.</summary>
    /// <param name="seed">At least 32 secret bytes, the caller's to wipe.</param>
    /// <exception cref="Faults.FaultException">The seed is shorter.</exception>
    public static ValidatorKeyTree FromSeed(ReadOnlySpan<byte> seed)
    {
        using BlsSecretKey master = Eip2333KeyDerivation.DeriveMaster(seed);
        return new ValidatorKeyTree(Eip2333KeyDerivation.Derive(master, [ValidatorKeyPath.Purpose, ValidatorKeyPath.CoinType]));
    }

    /// <summary>The secret key at a path, the caller's to dispose. Safe to call from several threads.</summary>
    public BlsSecretKey Derive(ValidatorKeyPath path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Eip2333KeyDerivation.Derive(_root, path.Indices[2..]);
    }

    /// <summary>The public key at a path.</summary>
    public BlsPublicKey DerivePublicKey(ValidatorKeyPath path)
    {
        using BlsSecretKey key = Derive(path);
        return key.GetPublicKey();
    }

    /// <inheritdoc/>
    public void Dispose() => _root.Dispose();
}
