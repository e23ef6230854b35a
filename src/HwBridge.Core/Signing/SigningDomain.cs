using System.Buffers.Binary;
using HwBridge.Core.Networks;
using HwBridge.Core.Ssz;

namespace HwBridge.Core.Signing;

/// <summary>What binds a signature to its purpose, fork and chain (Ethereum consensus specs, phase0/beacon-chain.md § Misc).</summary>
public readonly record struct SigningDomain
{
    private SigningDomain(Bytes32 value) => Value = value;

    /// <summary>The domain: four bytes of the type, 28 of the fork data's root.</summary>
    public Bytes32 Value { get; }

    /// <summary>compute_domain.</summary>
    /// <param name="type">The purpose.</param>
    /// <param name="forkVersion">The fork whose rules the signature is for.</param>
    /// <param name="genesisValidatorsRoot">The chain; all zero for deposits, which are made before a chain begins too.</param>
    public static SigningDomain Compute(DomainType type, ForkVersion forkVersion, Bytes32 genesisValidatorsRoot)
    {
        Span<byte> bytes = stackalloc byte[Bytes32.Size];
        forkVersion.CopyTo(bytes);
        Bytes32 forkDataRoot = Merkle.Container(Merkle.Vector(bytes[..ForkVersion.Size]), genesisValidatorsRoot);
        forkDataRoot.CopyTo(bytes);
        bytes[..28].CopyTo(bytes[4..]);
        BinaryPrimitives.WriteInt32BigEndian(bytes, (int)type);
        return new SigningDomain(new Bytes32(bytes));
    }

    /// <summary>compute_signing_root: the 32 bytes that are signed.</summary>
    /// <param name="objectRoot">hash_tree_root of what is signed.</param>
    public SigningRoot SigningRoot(Bytes32 objectRoot) => new(Merkle.Container(objectRoot, Value));

    /// <summary>0x and 64 lower-case hex digits.</summary>
    public override string ToString() => Value.ToString();
}
