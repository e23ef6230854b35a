using HwBridge.Core.Bls;
using HwBridge.Core.Ssz;

namespace HwBridge.Core.Signing;

/// <summary>The message of every validator's signature: the root of SigningData, an object's root together with a domain.</summary>
/// <param name="Value">The 32 bytes.</param>
public readonly record struct SigningRoot(Bytes32 Value)
{
    /// <summary>Signs it.</summary>
    public BlsSignature Sign(BlsSecretKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        Span<byte> message = stackalloc byte[Bytes32.Size];
        Value.CopyTo(message);
        return key.Sign(message);
    }

    /// <summary>True when the signature is this key's.</summary>
    public bool IsSignedBy(BlsPublicKey key, BlsSignature signature) => signature.Verify(key, Value.ToArray());

    /// <summary>0x and 64 lower-case hex digits.</summary>
    public override string ToString() => Value.ToString();
}
