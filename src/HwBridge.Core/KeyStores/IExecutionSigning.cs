using HwBridge.Core.Bip32;
using HwBridge.Core.Eip712;
using HwBridge.Core.Execution;
using HwBridge.Core.Signing;

namespace HwBridge.Core.KeyStores;

/// <summary>Signatures of the execution layer's accounts, each confirmed on the device.</summary>
/// <remarks>
/// What is given back has been verified against the account's own address, as the device gave it, and the exact bytes that were asked for:
/// a device that signed something else is a <see cref="Faults.Fault.Protocol"/>. Every call that is cut off leaves nothing half-sent on the
/// device that a later call could be mixed with.
/// </remarks>
public interface IExecutionSigning
{
    /// <summary>The account at a path.</summary>
    /// <param name="path">Such as m/44'/60'/0'/0/0.</param>
    /// <param name="confirm">Have the address shown and approved on the device.</param>
    /// <param name="cancellationToken">Stops the exchange.</param>
    /// <exception cref="Faults.FaultException">The device refused, was locked, went away or broke the protocol.</exception>
    ValueTask<ExecutionAddress> GetAddressAsync(Bip32Path path, bool confirm, CancellationToken cancellationToken);

    /// <summary>Signs a transaction.</summary>
    /// <exception cref="Faults.FaultException">As for <see cref="GetAddressAsync"/>.</exception>
    ValueTask<EthereumSignature> SignTransactionAsync(Bip32Path path, EthereumTransaction transaction, CancellationToken cancellationToken);

    /// <summary>Signs a message (EIP-191).</summary>
    /// <exception cref="Faults.FaultException">As for <see cref="GetAddressAsync"/>.</exception>
    ValueTask<EthereumSignature> SignMessageAsync(Bip32Path path, ReadOnlyMemory<byte> message, CancellationToken cancellationToken);

    /// <summary>Signs typed data (EIP-712).</summary>
    /// <exception cref="Faults.FaultException">As for <see cref="GetAddressAsync"/>.</exception>
    ValueTask<EthereumSignature> SignTypedDataAsync(Bip32Path path, TypedData data, CancellationToken cancellationToken);
}
