using System.Text;
using System.Text.Json;
using HwBridge.Core.Bip32;
using HwBridge.Core.Eip712;
using HwBridge.Core.Execution;
using HwBridge.Core.Faults;
using HwBridge.Core.Json;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Signing;
using HwBridge.Core.Ssz;
using HwBridge.SigningBridge.Callers;
using HwBridge.SigningBridge.Requests;

namespace HwBridge.SigningBridge.JsonRpc;

/// <summary>The methods of the execution layer's JSON-RPC that a wallet answers, and the two that Clef's users need.</summary>
internal sealed class EthereumMethods(SignatureDesk desk, IReadOnlyList<Bip32Path> accounts, ulong chainId)
{
    private const string Remedy = "Look the method up in protocols/hwbridge/bridge.openapi.json.";
    private const int MaxMessage = 64 << 10;

    /// <summary>Answers one request.</summary>
    /// <returns>What writes the result.</returns>
    internal Task<Action<Utf8JsonWriter>> AnswerAsync(RpcRequest request, CallingProgram caller, CancellationToken hangUp) => request.Method switch
    {
        "eth_accounts" or "account_list" => ListAsync(request, hangUp),
        "eth_chainId" => ChainId(request),
        "eth_signTransaction" => SignTransactionAsync(
            request, caller, static (json, transaction, signature) => json.WriteStringValue(TransactionParameters.Hex(transaction.EncodeSigned(signature))), hangUp),
        "account_signTransaction" => SignTransactionAsync(request, caller, TransactionParameters.WriteSigned, hangUp),
        "personal_sign" => SignMessageAsync(request, caller, hangUp),
        "eth_signTypedData_v4" => SignTypedDataAsync(request, caller, hangUp),
        "eth_sendTransaction" => throw Refused(
            "this bridge knows no node and sends nothing", "Sign with eth_signTransaction, then give the result to a node by eth_sendRawTransaction."),
        "eth_sign" => throw Refused(
            "eth_sign would sign any hash, a transaction's too, that nobody can read on the device", "Use personal_sign or eth_signTypedData_v4."),
        _ => throw new RpcException(RpcErrorCode.MethodNotFound, "there is no such method here", Remedy),
    };

    private static RpcException Refused(string reason, string remedy) => new(RpcErrorCode.UnsupportedMethod, reason, remedy);

    /// <summary>The one element of an array, and nothing after it unless it is allowed.</summary>
    private static T ReadOne<T>(RpcRequest request, JsonElementReader<T> read, int more = 0)
    {
        JsonCursor cursor = Begin(request);
        T value = Next(ref cursor, read);
        End(ref cursor, more);
        return value;
    }

    private static (T First, TOther Second) ReadTwo<T, TOther>(RpcRequest request, JsonElementReader<T> first, JsonElementReader<TOther> second, int more = 0)
    {
        JsonCursor cursor = Begin(request);
        (T, TOther) both = (Next(ref cursor, first), Next(ref cursor, second));
        End(ref cursor, more);
        return both;
    }

    private static JsonCursor Begin(RpcRequest request)
    {
        JsonCursor cursor = new(request.Parameters, "params", request.Parameters.Length, Remedy);
        cursor.BeginArray();
        return cursor;
    }

    private static T Next<T>(ref JsonCursor cursor, JsonElementReader<T> read) =>
        cursor.NextElement() ? read(ref cursor) : throw cursor.Fault("has too few parameters");

    private static void End(ref JsonCursor cursor, int more)
    {
        while (cursor.NextElement())
        {
            // What Clef and geth take there (a method's signature, a password) has no meaning here.
            _ = more-- > 0 && cursor.Token is JsonTokenType.String or JsonTokenType.Null ? 0 : throw cursor.Fault("is one parameter too many");
            cursor.Skip();
        }

        cursor.End();
    }

    private async Task<Action<Utf8JsonWriter>> ListAsync(RpcRequest request, CancellationToken hangUp)
    {
        RequireNone(request);
        List<ExecutionAddress> addresses = await desk.LookUpAsync(
            async (keyStore, cancellationToken) =>
            {
                List<ExecutionAddress> found = [];
                IExecutionSigning signing = keyStore.Require<IExecutionSigning>("sign for accounts");
                foreach (Bip32Path path in accounts)
                {
                    found.Add(await signing.GetAddressAsync(path, confirm: false, cancellationToken).ConfigureAwait(false));
                }

                return found;
            },
            hangUp).ConfigureAwait(false);
        return json =>
        {
            json.WriteStartArray();
            addresses.ForEach(address => json.WriteStringValue(address.ToString()));
            json.WriteEndArray();
        };
    }

    private Task<Action<Utf8JsonWriter>> ChainId(RpcRequest request)
    {
        RequireNone(request);
        return Task.FromResult<Action<Utf8JsonWriter>>(json => json.WriteStringValue(Quantity.Write(chainId)));
    }

    private static void RequireNone(RpcRequest request)
    {
        JsonCursor cursor = Begin(request);
        End(ref cursor, 0);
    }

    private async Task<Action<Utf8JsonWriter>> SignTransactionAsync(
        RpcRequest request, CallingProgram caller, Action<Utf8JsonWriter, EthereumTransaction, EthereumSignature> write, CancellationToken hangUp)
    {
        (ExecutionAddress from, EthereumTransaction transaction) = ReadOne(
            request, (ref JsonCursor cursor) => TransactionParameters.Read(ref cursor, chainId), more: 1);
        EthereumSignature signature = await SignAsync(
            PlainWords.Describe(from, transaction),
            caller,
            from,
            (signing, path, cancellationToken) => signing.SignTransactionAsync(path, transaction, cancellationToken),
            transaction.SigningHash(),
            hangUp).ConfigureAwait(false);
        return json => write(json, transaction, signature);
    }

    private async Task<Action<Utf8JsonWriter>> SignMessageAsync(RpcRequest request, CallingProgram caller, CancellationToken hangUp)
    {
        (byte[] message, ExecutionAddress from) = ReadTwo(
            request, static (ref JsonCursor cursor) => Quantity.ReadData(ref cursor, 0, MaxMessage), Quantity.ReadAddress, more: 1);
        EthereumSignature signature = await SignAsync(
            PlainWords.Describe(from, message),
            caller,
            from,
            (signing, path, cancellationToken) => signing.SignMessageAsync(path, message, cancellationToken),
            PersonalMessage.SigningHash(message),
            hangUp).ConfigureAwait(false);
        return json => json.WriteStringValue(signature.ToString());
    }

    private async Task<Action<Utf8JsonWriter>> SignTypedDataAsync(RpcRequest request, CallingProgram caller, CancellationToken hangUp)
    {
        // As a string, which is how libraries send it, or as the object itself.
        (ExecutionAddress from, TypedData data) = ReadTwo(request, Quantity.ReadAddress, static (ref JsonCursor cursor) => TypedData.Parse(
            cursor.Token == JsonTokenType.String ? Encoding.UTF8.GetBytes(cursor.GetString(2 * TypedData.MaxFileSize)) : cursor.GetRaw(),
            "the typed data"));
        EthereumSignature signature = await SignAsync(
            PlainWords.Describe(from, data),
            caller,
            from,
            (signing, path, cancellationToken) => signing.SignTypedDataAsync(path, data, cancellationToken),
            data.SigningHash(),
            hangUp).ConfigureAwait(false);
        return json => json.WriteStringValue(signature.ToString());
    }

    private Task<EthereumSignature> SignAsync(
        SignatureWish wish,
        CallingProgram caller,
        ExecutionAddress from,
        Func<IExecutionSigning, Bip32Path, CancellationToken, ValueTask<EthereumSignature>> sign,
        Bytes32 digest,
        CancellationToken hangUp) => desk.SignAsync(
            wish,
            caller,
            async (keyStore, cancellationToken) =>
            {
                IExecutionSigning signing = keyStore.Require<IExecutionSigning>("sign for accounts");
                return (Signing: signing, Path: await FindAsync(signing, from, keyStore.Info.Uri, cancellationToken).ConfigureAwait(false));
            },
            async (keyStore, account, cancellationToken) =>
            {
                EthereumSignature signature = await sign(account.Signing, account.Path, cancellationToken).ConfigureAwait(false);

                // Against what was asked for here, whatever the driver below has compared it with.
                return signature.RequireFrom(from, digest, keyStore.Info.Uri);
            },
            hangUp);

    private async ValueTask<Bip32Path> FindAsync(
        IExecutionSigning signing, ExecutionAddress wanted, string uri, CancellationToken cancellationToken)
    {
        foreach (Bip32Path path in accounts)
        {
            if (await signing.GetAddressAsync(path, confirm: false, cancellationToken).ConfigureAwait(false) == wanted)
            {
                return path;
            }
        }

        throw new FaultException(
            Fault.BadInput,
            $"{uri}: none of the accounts that this bridge offers is {wanted.ToChecksumString()}",
            "Ask eth_accounts which there are; start the bridge with --account PATH for another.");
    }
}
