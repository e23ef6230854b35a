using System.Buffers;
using System.Text.Json;
using HwBridge.Core.Faults;
using HwBridge.Core.Json;
using HwBridge.SigningBridge.Callers;

namespace HwBridge.SigningBridge.JsonRpc;

/// <summary>JSON-RPC 2.0: a request or a batch in, an answer for each out, in order. What is no JSON gets one error.</summary>
internal sealed class RpcEndpoint(EthereumMethods methods)
{
    private const int MaxBatch = 100;
    private const string Remedy = "Send one request object, or an array of them.";

    /// <summary>Answers a body.</summary>
    /// <param name="body">As it came.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="hangUp">The caller has gone.</param>
    /// <returns>The answer, JSON; empty when there were notifications only.</returns>
    internal async Task<ReadOnlyMemory<byte>> AnswerAsync(byte[] body, CallingProgram caller, CancellationToken hangUp)
    {
        List<RpcRequest> requests;
        bool isBatch;
        try
        {
            isBatch = ReadAll(body, out requests);
        }
        catch (RpcException wrong)
        {
            return Write(json => WriteError(json, "null"u8, wrong));
        }

        List<Action<Utf8JsonWriter>> answers = [];
        foreach (RpcRequest request in requests)
        {
            Action<Utf8JsonWriter> answer = await AnswerAsync(request, caller, hangUp).ConfigureAwait(false);
            if (request.Id is not null)
            {
                answers.Add(answer);
            }
        }

        return answers.Count == 0 ? ReadOnlyMemory<byte>.Empty : Write(json =>
        {
            if (isBatch)
            {
                json.WriteStartArray();
            }

            answers.ForEach(answer => answer(json));
            if (isBatch)
            {
                json.WriteEndArray();
            }
        });
    }

    private static bool ReadAll(byte[] body, out List<RpcRequest> requests)
    {
        requests = [];
        try
        {
            JsonCursor whole = new(body, RpcRequest.Source, body.Length, Remedy);
            whole.Skip();
            whole.End();
        }
        catch (FaultException fault)
        {
            throw new RpcException(RpcErrorCode.ParseError, fault.Message, fault.Remedy, null, fault);
        }

        JsonCursor cursor = new(body, RpcRequest.Source, body.Length, Remedy);
        if (cursor.Token != JsonTokenType.StartArray)
        {
            requests.Add(RpcRequest.Read(body));
            return false;
        }

        cursor.BeginArray();
        while (cursor.NextElement())
        {
            if (requests.Count == MaxBatch)
            {
                throw new RpcException(RpcErrorCode.InvalidRequest, $"a batch has at most {MaxBatch} requests", "Send several batches.");
            }

            requests.Add(RpcRequest.Read(cursor.GetRaw()));
        }

        return requests.Count > 0
            ? true
            : throw new RpcException(RpcErrorCode.InvalidRequest, "the batch is empty", Remedy);
    }

    private async Task<Action<Utf8JsonWriter>> AnswerAsync(RpcRequest request, CallingProgram caller, CancellationToken hangUp)
    {
        byte[] id = request.Id ?? [];
        try
        {
            if (request.Wrong is { } wrong)
            {
                throw wrong;
            }

            // Nobody would get the answer of a notification: nothing is asked of the device for it.
            Action<Utf8JsonWriter>? result = request.Id is null
                ? null
                : await methods.AnswerAsync(request, caller, hangUp).ConfigureAwait(false);
            return json =>
            {
                Begin(json, id);
                json.WritePropertyName("result"u8);
                result?.Invoke(json);
                json.WriteEndObject();
            };
        }
        catch (Exception failure) when (!hangUp.IsCancellationRequested)
        {
            RpcException error = RpcException.Of(failure);
            return json => WriteError(json, id, error);
        }
    }

    private static void WriteError(Utf8JsonWriter json, ReadOnlySpan<byte> id, RpcException error)
    {
        Begin(json, id);
        json.WriteStartObject("error"u8);
        json.WriteNumber("code"u8, error.Code);
        json.WriteString("message"u8, error.Message);
        json.WriteStartObject("data"u8);
        if (error.Tag is { } tag)
        {
            json.WriteString("reason"u8, tag);
        }

        json.WriteString("remedy"u8, error.Remedy);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Begin(Utf8JsonWriter json, ReadOnlySpan<byte> id)
    {
        json.WriteStartObject();
        json.WriteString("jsonrpc"u8, "2.0"u8);
        json.WritePropertyName("id"u8);
        json.WriteRawValue(id);
    }

    private static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> write)
    {
        ArrayBufferWriter<byte> output = new();
        using (Utf8JsonWriter json = new(output))
        {
            write(json);
        }

        return output.WrittenMemory;
    }
}
