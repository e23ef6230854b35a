using System.Diagnostics.CodeAnalysis;
using HwBridge.Core.Bip32;
using HwBridge.Core.Eip712;
using HwBridge.Core.Execution;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Signing;

namespace HwBridge.SigningBridge.Tests;

/// <summary>Something between the bridge and a device that has another message signed than the one that was asked for.</summary>
internal sealed class OtherSigning(IKeyStore device, Action? closed = null) : IKeyStore, IExecutionSigning
{
    private readonly IExecutionSigning _signing = device.Require<IExecutionSigning>("sign");

    public KeyStoreInfo Info => device.Info;

    public bool TryGet<TCapability>([NotNullWhen(true)] out TCapability? capability)
        where TCapability : class
    {
        capability = this as TCapability;
        return capability is not null;
    }

    public ValueTask<ExecutionAddress> GetAddressAsync(Bip32Path path, bool confirm, CancellationToken cancellationToken) =>
        _signing.GetAddressAsync(path, confirm, cancellationToken);

    public ValueTask<EthereumSignature> SignMessageAsync(Bip32Path path, ReadOnlyMemory<byte> message, CancellationToken cancellationToken) =>
        _signing.SignMessageAsync(path, "another message"u8.ToArray(), cancellationToken);

    public ValueTask<EthereumSignature> SignTransactionAsync(
        Bip32Path path, EthereumTransaction transaction, CancellationToken cancellationToken) => _signing.SignTransactionAsync(
            path,
            new EthereumTransaction
            {
                Kind = transaction.Kind,
                ChainId = transaction.ChainId,
                Nonce = transaction.Nonce,
                MaxFeePerGas = transaction.MaxFeePerGas,
                MaxPriorityFeePerGas = transaction.MaxPriorityFeePerGas,
                GasLimit = transaction.GasLimit,
                To = transaction.To,
                Value = transaction.Value + 1,
            },
            cancellationToken);

    public ValueTask<EthereumSignature> SignTypedDataAsync(Bip32Path path, TypedData data, CancellationToken cancellationToken) =>
        _signing.SignTypedDataAsync(path, data, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await device.DisposeAsync();
        closed?.Invoke();
    }
}
