using HwBridge.Core.Bip32;
using HwBridge.Core.Eip712;
using HwBridge.Core.Execution;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Signing;
using HwBridge.Core.Ssz;
using HwBridge.Protocols.Trezor;

namespace HwBridge.Devices.Trezor;

/// <summary>
/// Signatures by a Trezor's firmware: typed data whole on a Model T and later, as hashes on a Model One. What is cut off is cancelled on the
/// device, and each begins with Initialize, which ends whatever another program has left.
/// </summary>
internal sealed class TrezorExecutionSigning(TrezorSession session) : IExecutionSigning
{
    public async ValueTask<ExecutionAddress> GetAddressAsync(Bip32Path path, bool confirm, CancellationToken cancellationToken)
    {
        ExecutionAddress address = await session.UseSeedAsync(new GetEthereumAddressCommand(path, Show: false), null, cancellationToken)
            .ConfigureAwait(false);
        if (confirm)
        {
            string announcement = $"{session.Uri}: the device shows the address of {path}: approve only if it is {address.ToChecksumString()}";
            ExecutionAddress shown = await session.UseSeedAsync(new GetEthereumAddressCommand(path, Show: true), announcement, cancellationToken)
                .ConfigureAwait(false);
            if (shown != address)
            {
                throw new FaultException(
                    Fault.Protocol,
                    $"{session.Uri}: the device gave {address.ToChecksumString()} for {path} at first and another address on its screen",
                    "Use neither address. Check the computer and the device, then try again.");
            }
        }

        return address;
    }

    public ValueTask<EthereumSignature> SignTransactionAsync(
        Bip32Path path, EthereumTransaction transaction, CancellationToken cancellationToken) => SignAsync(
            path,
            new SignEthereumTransactionCommand(path, transaction),
            transaction.SigningHash(),
            "the device shows the transaction on several screens: compare amount, recipient, data and fees, then confirm or reject it there.",
            cancellationToken);

    public ValueTask<EthereumSignature> SignMessageAsync(Bip32Path path, ReadOnlyMemory<byte> message, CancellationToken cancellationToken) =>
        message.Length > SignEthereumMessageCommand.ModelOneMaxMessage && TrezorModel.IsModelOne(session.Features)
            ? throw new FaultException(
                Fault.Unsupported,
                $"{session.Uri}: the message has {message.Length} bytes, and a Model One takes {SignEthereumMessageCommand.ModelOneMaxMessage}",
                "Sign a shorter message, or a hash of it.")
            : SignAsync(
                path,
                new SignEthereumMessageCommand(path, message),
                PersonalMessage.SigningHash(message),
                "the device shows the account and the message: read it, then confirm or reject it there.",
                cancellationToken);

    public ValueTask<EthereumSignature> SignTypedDataAsync(Bip32Path path, TypedData data, CancellationToken cancellationToken) =>
        TrezorModel.IsModelOne(session.Features)
            ? SignAsync(
                path,
                new SignTypedHashCommand(path, data.DomainSeparator, data.MessageHash),
                data.SigningHash(),
                "a Model One shows only two hashes of typed data: approve them only if they are\n  domain  " + data.DomainSeparator
                    + "\n  message " + data.MessageHash,
                cancellationToken)
            : SignAsync(
                path,
                new SignTypedDataCommand(path, data),
                data.SigningHash(),
                "the device shows the typed data: have it show all of it, then confirm or reject it there.",
                cancellationToken);

    private async ValueTask<EthereumSignature> SignAsync(
        Bip32Path path, ITrezorCommand<EthereumSignature> command, Bytes32 digest, string announcement, CancellationToken cancellationToken)
    {
        ExecutionAddress signer = await GetAddressAsync(path, confirm: false, cancellationToken).ConfigureAwait(false);
        EthereumSignature signature = await session.UseSeedAsync(command, $"{session.Uri}: {announcement}", cancellationToken)
            .ConfigureAwait(false);
        return signature.RequireFrom(signer, digest, session.Uri);
    }
}
