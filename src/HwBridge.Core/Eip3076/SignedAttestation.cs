using HwBridge.Core.Ssz;

namespace HwBridge.Core.Eip3076;

/// <summary>An attestation that a validator signed, or may have signed.</summary>
/// <param name="SourceEpoch">The vote's source.</param>
/// <param name="TargetEpoch">The vote's target; not before the source in an honest history.</param>
/// <param name="SigningRoot">What exactly was signed; null where not known: then nothing to this target may be signed again.</param>
public readonly record struct SignedAttestation(ulong SourceEpoch, ulong TargetEpoch, Bytes32? SigningRoot) : IComparable<SignedAttestation>
{
    /// <summary>True when this vote goes around the other one: signing both is slashable.</summary>
    public bool Surrounds(SignedAttestation other) => SourceEpoch < other.SourceEpoch && other.TargetEpoch < TargetEpoch;

    /// <summary>By source, then target, then root, none first.</summary>
    public int CompareTo(SignedAttestation other) =>
        (SourceEpoch, TargetEpoch, SigningRoot).CompareTo((other.SourceEpoch, other.TargetEpoch, other.SigningRoot));

    /// <summary>As <see cref="CompareTo"/>.</summary>
    public static bool operator <(SignedAttestation left, SignedAttestation right) => left.CompareTo(right) < 0;

    /// <summary>As <see cref="CompareTo"/>.</summary>
    public static bool operator <=(SignedAttestation left, SignedAttestation right) => left.CompareTo(right) <= 0;

    /// <summary>As <see cref="CompareTo"/>.</summary>
    public static bool operator >(SignedAttestation left, SignedAttestation right) => left.CompareTo(right) > 0;

    /// <summary>As <see cref="CompareTo"/>.</summary>
    public static bool operator >=(SignedAttestation left, SignedAttestation right) => left.CompareTo(right) >= 0;
}
