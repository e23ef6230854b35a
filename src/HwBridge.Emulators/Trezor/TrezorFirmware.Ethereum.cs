using System.Globalization;
using System.Numerics;
using System.Text;
using Google.Protobuf;
using HwBridge.Core.Execution;
using HwBridge.Core.Secrets;
using HwBridge.Core.Signing;
using HwBridge.Core.Ssz;
using HwBridge.Emulators.Screens;
using HwBridge.Emulators.Seeds;
using HwBridge.Protocols.Trezor.Messages;

namespace HwBridge.Emulators.Trezor;

/// <summary>Accounts of the execution layer, and what they sign.</summary>
internal abstract partial class TrezorFirmware
{
    private const int MaxChunk = 1024;
    private const int NumberSize = 32;

    /// <summary>Asks the person about a transaction, of whose data the first chunk is here.</summary>
    protected abstract Task ConfirmTransactionAsync(EthereumTransaction transaction, int dataLength);

    /// <summary>Asks the person about a message.</summary>
    protected abstract Task ConfirmMessageAsync(string address, byte[] message);

    /// <summary>Has the rest of the data sent, then goes on.</summary>
    protected abstract Task CollectDataAsync(UnsignedTransaction transaction);

    /// <summary>The account's key, where this firmware signs with it.</summary>
    protected async Task<Slip10Node> SigningAccountAsync(IEnumerable<uint> addressN)
    {
        await ReadyAsync(Situation.EthereumSigningWithoutSeed).ConfigureAwait(false);
        return await AccountAsync([.. addressN]).ConfigureAwait(false);
    }

    protected ValueTask AnswerTypedDataAsync(Slip10Node account, Bytes32 digest) => SendAsync(
        MessageType.EthereumTypedDataSignature,
        new EthereumTypedDataSignature
        {
            Signature = ByteString.CopyFrom(Slip10Ecdsa.Sign(account, digest).ToArray()),
            Address = Slip10Ecdsa.Address(account).ToChecksumString(),
        });

    /// <summary>Asks for as much of the data as one chunk has.</summary>
    protected ValueTask RequestDataAsync(UnsignedTransaction transaction) => SendAsync(
        MessageType.EthereumTxRequest,
        new EthereumTxRequest { DataLength = (uint)Math.Min(transaction.Missing, MaxChunk) });

    /// <summary>Takes a chunk of the data.</summary>
    protected void TakeData(UnsignedTransaction transaction, ByteString chunk)
    {
        if (chunk.Length > transaction.Missing)
        {
            throw Refuse(Situation.TooMuchData);
        }

        if (chunk.IsEmpty)
        {
            throw Refuse(Situation.EmptyData);
        }

        transaction.Data.AddRange(chunk.Span);
    }

    /// <summary>Signs when all of the data is here.</summary>
    protected async Task FinishTransactionAsync(UnsignedTransaction unsigned)
    {
        EthereumTransaction transaction = unsigned.WithData();
        using Slip10Node account = await AccountAsync(unsigned.Path).ConfigureAwait(false);
        EthereumSignature signature = Slip10Ecdsa.Sign(account, transaction.SigningHash());
        ulong parity = signature.IsOdd ? 1u : 0u;
        await SendAsync(
            MessageType.EthereumTxRequest,
            new EthereumTxRequest
            {
                SignatureV = (uint)(transaction.Kind == TransactionKind.Legacy ? 35 + (2 * transaction.ChainId) + parity : parity),
                SignatureR = ByteString.CopyFrom(signature.R.ToArray()),
                SignatureS = ByteString.CopyFrom(signature.S.ToArray()),
            }).ConfigureAwait(false);
    }

    private async Task EthereumAddressAsync(EthereumGetAddress request)
    {
        await ReadyAsync(Situation.EthereumWithoutSeed).ConfigureAwait(false);
        uint[] path = [.. request.AddressN];
        using Slip10Node node = await AccountAsync(path).ConfigureAwait(false);
        string address = Slip10Ecdsa.Address(node).ToChecksumString();
        if (request.ShowDisplay)
        {
            ScreenReview review = Review("Receive", new ScreenField("Address", address), new ScreenField("Path", PathText(path)));
            await ShowEthereumAsync(ButtonPrompt.EthereumAddress, review, Situation.EthereumAddressRejected).ConfigureAwait(false);
        }

        await SendAsync(MessageType.EthereumAddress, new EthereumAddress { Address = address }).ConfigureAwait(false);
    }

    private async Task EthereumPublicKeyAsync(EthereumGetPublicKey request)
    {
        await ReadyAsync(Situation.EthereumWithoutSeed).ConfigureAwait(false);
        uint[] path = [.. request.AddressN];
        if (!EthereumPaths.IsPublic(path) && SafetyChecks == SafetyCheckLevel.Strict)
        {
            throw Refuse(Situation.EthereumForbiddenPath);
        }

        SecretBuffer seed = await SeedAsync().ConfigureAwait(false);
        using Slip10Node master = Slip10Node.FromSeed(Slip10Curve.Secp256k1, seed.Span);
        using Slip10Node node = master.Derive(path);
        if (request.ShowDisplay)
        {
            ScreenReview review = Review("Public key", new ScreenField("Key", Convert.ToHexStringLower(node.PublicKey)));
            await ShowEthereumAsync(ButtonPrompt.EthereumKey, review, Situation.EthereumKeyRejected).ConfigureAwait(false);
        }

        EthereumPublicKey answer = new() { Node = PublicKeyAnswer.Node(node), Xpub = PublicKeyAnswer.ToXpub(node) };
        await SendAsync(MessageType.EthereumPublicKey, answer).ConfigureAwait(false);
    }

    private Task SignTransactionAsync(EthereumSignTx request) => SignTransactionAsync(
        request.AddressN, request.DataInitialChunk, request.DataLength, request.To, new EthereumTransaction
        {
            Kind = TransactionKind.Legacy,
            ChainId = request.ChainId,
            Nonce = (ulong)Number(request.Nonce, sizeof(ulong)),
            MaxFeePerGas = Number(request.GasPrice, NumberSize),
            GasLimit = (ulong)Number(request.GasLimit, sizeof(ulong)),
            To = Recipient(request.To),
            Value = Number(request.Value, NumberSize),
        });

    private Task SignTransactionAsync(EthereumSignTxEIP1559 request) => SignTransactionAsync(
        request.AddressN, request.DataInitialChunk, request.DataLength, request.To, new EthereumTransaction
        {
            Kind = TransactionKind.FeeMarket,
            ChainId = request.ChainId,
            Nonce = (ulong)Number(request.Nonce, sizeof(ulong)),
            MaxFeePerGas = Number(request.MaxGasFee, NumberSize),
            MaxPriorityFeePerGas = Number(request.MaxPriorityFee, NumberSize),
            GasLimit = (ulong)Number(request.GasLimit, sizeof(ulong)),
            To = Recipient(request.To),
            Value = Number(request.Value, NumberSize),
            AccessList =
            [
                .. request.AccessList.Select(entry => new AccessListEntry(
                    Recipient(entry.Address) ?? throw Refuse(Situation.UnsafeTransaction),
                    [.. entry.StorageKeys.Select(key => key.Length == Bytes32.Size ? new Bytes32(key.Span) : throw Refuse(Situation.UnsafeTransaction))])),
            ],
        });

    private async Task SignTransactionAsync(
        IEnumerable<uint> addressN, ByteString chunk, uint dataLength, string to, EthereumTransaction transaction)
    {
        uint[] path = [.. addressN];
        (await SigningAccountAsync(path).ConfigureAwait(false)).Dispose();
        bool isSound = transaction.ChainId > 0 && dataLength <= EthereumTransaction.MaxData && chunk.Length <= dataLength
            && chunk.IsEmpty == (dataLength == 0) && (to.Length > 0 || dataLength > 0);
        if (!isSound)
        {
            throw Refuse(Situation.UnsafeTransaction);
        }

        UnsignedTransaction unsigned = new(path, transaction, (int)dataLength);
        unsigned.Data.AddRange(chunk.Span);
        await ConfirmTransactionAsync(unsigned.WithData(), (int)dataLength).ConfigureAwait(false);
        await CollectDataAsync(unsigned).ConfigureAwait(false);
    }

    private async Task SignMessageAsync(EthereumSignMessage request)
    {
        using Slip10Node account = await SigningAccountAsync(request.AddressN).ConfigureAwait(false);
        string address = Slip10Ecdsa.Address(account).ToChecksumString();
        byte[] message = request.Message.ToByteArray();
        await ConfirmMessageAsync(address, message).ConfigureAwait(false);
        EthereumMessageSignature answer = new()
        {
            Signature = ByteString.CopyFrom(Slip10Ecdsa.Sign(account, PersonalMessage.SigningHash(message)).ToArray()),
            Address = address,
        };
        await SendAsync(MessageType.EthereumMessageSignature, answer).ConfigureAwait(false);
    }

    /// <summary>A message as the screen has it: text, or hex digits.</summary>
    protected static string MessageText(byte[] message) => message.AsSpan().ContainsAnyExceptInRange((byte)0x20, (byte)0x7e)
        ? Convert.ToHexStringLower(message)
        : Encoding.ASCII.GetString(message);

    protected static string AmountText(BigInteger wei) => string.Create(CultureInfo.InvariantCulture, $"{wei} wei");

    /// <summary>The key at a path that is an account's.</summary>
    private async Task<Slip10Node> AccountAsync(uint[] path)
    {
        if (!EthereumPaths.IsAccount(path) && SafetyChecks == SafetyCheckLevel.Strict)
        {
            throw Refuse(Situation.EthereumForbiddenPath);
        }

        SecretBuffer seed = await SeedAsync().ConfigureAwait(false);
        using Slip10Node master = Slip10Node.FromSeed(Slip10Curve.Secp256k1, seed.Span);
        return master.Derive(path);
    }

    private BigInteger Number(ByteString bytes, int maxSize) => bytes.Length <= maxSize
        ? new BigInteger(bytes.Span, isUnsigned: true, isBigEndian: true)
        : throw Refuse(Situation.UnsafeTransaction);

    private ExecutionAddress? Recipient(string text) => text.Length == 0 ? null
        : ExecutionAddress.TryParse(text.StartsWith("0x", StringComparison.Ordinal) ? text : $"0x{text}", out ExecutionAddress address) ? address
        : throw Refuse(Situation.UnsafeTransaction);
}
