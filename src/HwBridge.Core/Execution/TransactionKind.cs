namespace HwBridge.Core.Execution;

/// <summary>The form of a transaction.</summary>
public enum TransactionKind
{
    /// <summary>The first one, bound to a chain (EIP-155).</summary>
    Legacy = 0,

    /// <summary>With a gas price and an access list (EIP-2930).</summary>
    AccessList = 1,

    /// <summary>With a base fee and a tip (EIP-1559).</summary>
    FeeMarket = 2,
}
