using HwBridge.Core.Execution;

namespace HwBridge.Emulators.Trezor;

/// <summary>A transaction whose data comes in chunks.</summary>
/// <param name="Path">Whose signature it will have.</param>
/// <param name="Fields">All but the data.</param>
/// <param name="DataLength">How many bytes of data there will be.</param>
internal sealed record UnsignedTransaction(uint[] Path, EthereumTransaction Fields, int DataLength)
{
    /// <summary>The data that has come.</summary>
    internal List<byte> Data { get; } = [];

    /// <summary>How many bytes have not.</summary>
    internal int Missing => DataLength - Data.Count;

    /// <summary>The transaction with the data that has come.</summary>
    internal EthereumTransaction WithData() => new()
    {
        Kind = Fields.Kind,
        ChainId = Fields.ChainId,
        Nonce = Fields.Nonce,
        MaxFeePerGas = Fields.MaxFeePerGas,
        MaxPriorityFeePerGas = Fields.MaxPriorityFeePerGas,
        GasLimit = Fields.GasLimit,
        To = Fields.To,
        Value = Fields.Value,
        AccessList = Fields.AccessList,
        Data = Data.ToArray(),
    };
}
