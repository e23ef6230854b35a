namespace HwBridge.Core.Bls;

/// <summary>The backend that this build uses.</summary>
public static class Bls12381
{
    /// <summary>The managed implementation, unless the build chose another.</summary>
    public static IBls12381 Default { get; } = new ManagedBls12381();
}
