using HwBridge.Core.Ssz;

namespace HwBridge.Core.Eip3076;

/// <summary>A block that a validator signed, or may have signed.</summary>
/// <param name="Slot">The slot.</param>
/// <param name="SigningRoot">What exactly was signed; null where not known: then no block of this slot may be signed again.</param>
public readonly record struct SignedBlock(ulong Slot, Bytes32? SigningRoot) : IComparable<SignedBlock>
{
    /// <summary>By slot, then by root, none first.</summary>
    public int CompareTo(SignedBlock other) => (Slot, SigningRoot).CompareTo((other.Slot, other.SigningRoot));

    /// <summary>As <see cref="CompareTo"/>.</summary>
    public static bool operator <(SignedBlock left, SignedBlock right) => left.CompareTo(right) < 0;

    /// <summary>As <see cref="CompareTo"/>.</summary>
    public static bool operator <=(SignedBlock left, SignedBlock right) => left.CompareTo(right) <= 0;

    /// <summary>As <see cref="CompareTo"/>.</summary>
    public static bool operator >(SignedBlock left, SignedBlock right) => left.CompareTo(right) > 0;

    /// <summary>As <see cref="CompareTo"/>.</summary>
    public static bool operator >=(SignedBlock left, SignedBlock right) => left.CompareTo(right) >= 0;
}
