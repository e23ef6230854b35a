using HwBridge.Core.Bip32;
using HwBridge.Core.Eip712;
using HwBridge.Core.Execution;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Signing;
using HwBridge.Core.Ssz;
using HwBridge.Protocols.Ledger;

namespace HwBridge.Devices.Ledger;

/// <summary>Signatures by the Ethereum app.</summary>
/// <remarks>
/// Each begins with the account's key, asked for silently (E002). It is what the signature is verified against, and the app forgets with it
/// whatever another program, or this one before it was stopped, had sent half of: what is signed is never put together from two halves.
/// </remarks>
internal sealed class LedgerExecutionSigning(LedgerSession session, LedgerApps apps) : IExecutionSigning
{
    /// <summary>The first app that takes typed data whole.</summary>
    private static readonly Version FirstWithTypedStream = new(1, 10);

    public async ValueTask<ExecutionAddress> GetAddressAsync(Bip32Path path, bool confirm, CancellationToken cancellationToken)
    {
        ExecutionAddress address = await AskAddressAsync(path, null, cancellationToken).ConfigureAwait(false);
        if (confirm)
        {
            string tell = $"It shows \"Verify Ethereum address\": approve only if it is {address.ToChecksumString()} ({path}).";
            if (await AskAddressAsync(path, tell, cancellationToken).ConfigureAwait(false) != address)
            {
                throw new FaultException(
                    Fault.Protocol,
                    $"{session.Uri}: the Ledger gave {address.ToChecksumString()} for {path} at first and another address on its screen",
                    "Use neither address. Check the computer and the Ledger, then try again.");
            }
        }

        return address;
    }

    public ValueTask<EthereumSignature> SignTransactionAsync(
        Bip32Path path, EthereumTransaction transaction, CancellationToken cancellationToken) => SignAsync(
            path,
            () => new SignTransactionCommand(path, transaction),
            transaction.SigningHash(),
            "It shows the transaction: compare amount, recipient and fees, then sign or reject it there.",
            cancellationToken);

    public ValueTask<EthereumSignature> SignMessageAsync(Bip32Path path, ReadOnlyMemory<byte> message, CancellationToken cancellationToken) =>
        message.Length > SignMessageCommand.MaxMessage
            ? throw new FaultException(
                Fault.Unsupported,
                $"{session.Uri}: the message has {message.Length} bytes, and the Ethereum app takes {SignMessageCommand.MaxMessage}",
                "Sign a shorter message, or a hash of it.")
            : SignAsync(
                path,
                () => new SignMessageCommand(path, message),
                PersonalMessage.SigningHash(message),
                "It shows \"Review message\" and the message: read it, then sign or reject it there.",
                cancellationToken);

    public async ValueTask<EthereumSignature> SignTypedDataAsync(Bip32Path path, TypedData data, CancellationToken cancellationToken)
    {
        await apps.RequireAsync(EthereumApp.Name, cancellationToken).ConfigureAwait(false);
        AppConfiguration app = await session.ExchangeAsync(default(GetAppConfigurationCommand), null, cancellationToken).ConfigureAwait(false);
        bool isWhole = app.Version >= FirstWithTypedStream;
        if (!isWhole && data.MessageHash is null)
        {
            throw new FaultException(Fault.Unsupported, $"{session.Uri}: this Ethereum app signs no domain alone", "Update the Ethereum app.");
        }

        return await SignAsync(
            path,
            () => isWhole
                ? new SignTypedDataCommand(path, data)
                : new SignTypedHashesCommand(path, data.DomainSeparator, data.MessageHash!.Value),
            data.SigningHash(),
            "It shows typed data; where it shows hashes, they are\n  domain  " + data.DomainSeparator + "\n  message " + data.MessageHash
                + "\nCompare, then sign or reject it there.",
            cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<EthereumSignature> SignAsync(
        Bip32Path path,
        Func<ILedgerCommand<EthereumSignature>> command,
        Bytes32 digest,
        string tell,
        CancellationToken cancellationToken)
    {
        ExecutionAddress signer = await AskAddressAsync(path, null, cancellationToken).ConfigureAwait(false);
        EthereumSignature signature = await session.ExchangeAsync(command(), tell, cancellationToken).ConfigureAwait(false);
        return signature.RequireFrom(signer, digest, session.Uri);
    }

    /// <param name="path">Whose.</param>
    /// <param name="tell">Not null to have it confirmed.</param>
    /// <param name="cancellationToken">Stops the exchange.</param>
    private async ValueTask<ExecutionAddress> AskAddressAsync(Bip32Path path, string? tell, CancellationToken cancellationToken)
    {
        await apps.RequireAsync(EthereumApp.Name, cancellationToken).ConfigureAwait(false);
        EthereumAccountKey key = await session.ExchangeAsync(new GetPublicKeyCommand(path, Confirm: tell is not null), tell, cancellationToken)
            .ConfigureAwait(false);
        var address = ExecutionAddress.OfPublicKey(key.PublicKey.Span);
        return address.ToChecksumString() == key.Address
            ? address
            : throw new FaultException(
                Fault.Protocol,
                $"{session.Uri}: the Ledger gave the address {key.Address} with a key whose address is {address.ToChecksumString()}",
                "Use neither. Check the computer and the Ledger, then try again.");
    }
}
