namespace HwBridge.Core.Bls;

/// <summary>The backend that this build uses.</summary>
public static class Bls12381
{
    /// <summary>The managed implementation, unless the build chose another (<c>-p:BlsBackend=Nethermind</c>).</summary>
    public static IBls12381 Default { get; } =
#if BLS_NETHERMIND
        new NethermindBls12381();
#else
        new ManagedBls12381();
#endif
}
