using System.Buffers;
using System.Numerics;
using Google.Protobuf;
using HwBridge.Core.Bip32;
using HwBridge.Core.Execution;
using HwBridge.Core.Faults;
using HwBridge.Core.Ssz;
using HwBridge.Protocols.Trezor.Messages;

namespace HwBridge.Protocols.Trezor;

/// <summary>Signs an EIP-1559 or a legacy transaction; the device asks for its data in chunks when everything has been confirmed.</summary>
/// <remarks>
/// <code>
///   host    EthereumSignTxEIP1559(first 1024 bytes)                  EthereumTxAck(chunk)
///   device                                 EthereumTxRequest(length)                      … EthereumTxRequest(signature)
/// </code>
/// </remarks>
public sealed class SignEthereumTransactionCommand : ITrezorCommand<EthereumSignature>
{
    private const int MaxChunk = 1024;

    private readonly Bip32Path _path;
    private readonly EthereumTransaction _transaction;
    private int _sent;

    /// <summary>Signs <paramref name="transaction"/> with the key at <paramref name="path"/>.</summary>
    /// <exception cref="FaultException"><see cref="Fault.Unsupported"/>: no Trezor signs this type.</exception>
    public SignEthereumTransactionCommand(Bip32Path path, EthereumTransaction transaction)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(transaction);
        (_path, _transaction) = (path, transaction);
        if (transaction.Kind == TransactionKind.AccessList)
        {
            throw new FaultException(
                Fault.Unsupported, "a Trezor signs no EIP-2930 transactions", "Make it an EIP-1559 transaction, which can have an access list too.");
        }
    }

    /// <inheritdoc/>
    public MessageType Request =>
        _transaction.Kind == TransactionKind.Legacy ? MessageType.EthereumSignTx : MessageType.EthereumSignTxEip1559;

    /// <inheritdoc/>
    public MessageType Answer => MessageType.EthereumTxRequest;

    /// <summary>A small chunk may be asked for each time.</summary>
    /// <inheritdoc/>
    public int MaxQuestions => 64 + _transaction.Data.Length;

    /// <inheritdoc/>
    public void Encode(IBufferWriter<byte> payload)
    {
        _sent = Math.Min(_transaction.Data.Length, MaxChunk);
        ByteString data = ByteString.CopyFrom(_transaction.Data.Span[.._sent]);
        if (_transaction.Kind == TransactionKind.Legacy)
        {
            EthereumSignTx message = new()
            {
                Nonce = Number(_transaction.Nonce),
                GasPrice = Number(_transaction.MaxFeePerGas),
                GasLimit = Number(_transaction.GasLimit),
                Value = Number(_transaction.Value),
                ChainId = _transaction.ChainId,
            };
            message.AddressN.AddRange(_path.Indices.ToArray());
            if (_transaction.To is { } to)
            {
                message.To = to.ToChecksumString();
            }

            if (_sent > 0)
            {
                message.DataInitialChunk = data;
                message.DataLength = (uint)_transaction.Data.Length;
            }

            message.WriteTo(payload);
            return;
        }

        EthereumSignTxEIP1559 typed = new()
        {
            Nonce = Number(_transaction.Nonce),
            MaxGasFee = Number(_transaction.MaxFeePerGas),
            MaxPriorityFee = Number(_transaction.MaxPriorityFeePerGas),
            GasLimit = Number(_transaction.GasLimit),
            Value = Number(_transaction.Value),
            DataLength = (uint)_transaction.Data.Length,
            ChainId = _transaction.ChainId,
        };
        typed.AddressN.AddRange(_path.Indices.ToArray());
        if (_transaction.To is { } recipient)
        {
            typed.To = recipient.ToChecksumString();
        }

        if (_sent > 0)
        {
            typed.DataInitialChunk = data;
        }

        foreach (AccessListEntry entry in _transaction.AccessList)
        {
            EthereumAccessList list = new() { Address = entry.Address.ToChecksumString() };
            list.StorageKeys.Add(entry.StorageKeys.Select(key => ByteString.CopyFrom(key.ToArray())));
            typed.AccessList.Add(list);
        }

        typed.WriteTo(payload);
    }

    /// <inheritdoc/>
    public MessageType? Reply(MessageType type, ReadOnlySpan<byte> payload, IBufferWriter<byte> reply)
    {
        if (type != MessageType.EthereumTxRequest || TrezorMessage.Decode(EthereumTxRequest.Parser, payload) is not { HasDataLength: true } request)
        {
            return null;
        }

        int left = _transaction.Data.Length - _sent;
        if (request.DataLength == 0 || request.DataLength > left || request.DataLength > MaxChunk)
        {
            throw TrezorFault.Protocol($"a question for {request.DataLength} bytes of data where {left} are left");
        }

        int length = (int)request.DataLength;
        new EthereumTxAck { DataChunk = ByteString.CopyFrom(_transaction.Data.Span.Slice(_sent, length)) }.WriteTo(reply);
        _sent += length;
        return MessageType.EthereumTxAck;
    }

    /// <summary>v is the parity, or 35 + 2 × chain id + parity where that fits 32 bits.</summary>
    /// <inheritdoc/>
    public EthereumSignature Decode(ReadOnlySpan<byte> payload)
    {
        EthereumTxRequest answer = TrezorMessage.Decode(EthereumTxRequest.Parser, payload);
        BigInteger even = 35 + (2 * (BigInteger)_transaction.ChainId);
        BigInteger parity = _transaction.Kind == TransactionKind.Legacy && answer.SignatureV >= even ? answer.SignatureV - even : answer.SignatureV;
        return _sent == _transaction.Data.Length && parity <= 1
            && answer is { HasSignatureV: true, SignatureR.Length: Bytes32.Size, SignatureS.Length: Bytes32.Size }
            ? new EthereumSignature(new Bytes32(answer.SignatureR.Span), new Bytes32(answer.SignatureS.Span), parity.IsOne)
            : throw TrezorFault.Protocol("a signature that is none, or before it had all of the data");
    }

    private static ByteString Number(BigInteger number) =>
        number.IsZero ? ByteString.Empty : ByteString.CopyFrom(number.ToByteArray(isUnsigned: true, isBigEndian: true));
}
