namespace HwBridge.Core.Eip712;

/// <summary>What the values of a type are.</summary>
public enum TypedDataKind
{
    /// <summary>uint8 … uint256.</summary>
    UnsignedInteger,

    /// <summary>int8 … int256.</summary>
    SignedInteger,

    /// <summary>bool.</summary>
    Boolean,

    /// <summary>address.</summary>
    Address,

    /// <summary>bytes1 … bytes32.</summary>
    FixedBytes,

    /// <summary>bytes.</summary>
    Bytes,

    /// <summary>string.</summary>
    Text,

    /// <summary>A struct that the data defines.</summary>
    Struct,

    /// <summary>An array of another type.</summary>
    Array,
}
