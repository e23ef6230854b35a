using System.Text.Json;
using HwBridge.Core.Faults;
using HwBridge.Core.Json;

namespace HwBridge.SigningBridge.JsonRpc;

/// <summary>One request object of JSON-RPC 2.0.</summary>
internal sealed class RpcRequest
{
    /// <summary>What each request is called in faults.</summary>
    internal const string Source = "the request";

    private const int MaxName = 64;
    private const int MaxId = 128;

    private RpcRequest()
    {
    }

    /// <summary>The id as it came, JSON; null for a notification, which gets no answer.</summary>
    internal byte[]? Id { get; private set; }

    internal string Method { get; private set; } = string.Empty;

    /// <summary>JSON: an array, empty where there is none.</summary>
    internal byte[] Parameters { get; private set; } = "[]"u8.ToArray();

    /// <summary>Why it is no request; null where it is one.</summary>
    internal RpcException? Wrong { get; private set; }

    /// <summary>Reads a request object; what is wrong with it stands in <see cref="Wrong"/>.</summary>
    /// <param name="json">Well-formed JSON.</param>
    internal static RpcRequest Read(ReadOnlySpan<byte> json)
    {
        RpcRequest request = new();
        try
        {
            request.ReadMembers(json);
        }
        catch (FaultException fault)
        {
            request.Wrong = new RpcException(RpcErrorCode.InvalidRequest, fault.Message, fault.Remedy, null, fault);
            request.Id ??= "null"u8.ToArray();
        }

        return request;
    }

    private void ReadMembers(ReadOnlySpan<byte> json)
    {
        JsonCursor cursor = new(json, Source, json.Length, "Send {\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"…\",\"params\":[…]}.");
        bool hasVersion = false;
        cursor.BeginObject();
        while (cursor.NextMember(out string name))
        {
            switch (name)
            {
                case "jsonrpc":
                    cursor.GetOneOf("2.0");
                    hasVersion = true;
                    break;
                case "id" when cursor.Token is JsonTokenType.String or JsonTokenType.Number or JsonTokenType.Null:
                    byte[] id = cursor.GetRaw().ToArray();
                    Id = id.Length <= MaxId ? id : throw cursor.Fault($"has more than {MaxId} bytes");
                    break;
                case "id":
                    throw cursor.Fault("must be a string or a number");
                case "method":
                    Method = cursor.GetString(MaxName);
                    break;
                case "params" when cursor.Token == JsonTokenType.StartArray:
                    Parameters = cursor.GetRaw().ToArray();
                    break;
                case "params":
                    throw cursor.Fault("must be an array");
                default:
                    cursor.Skip();
                    break;
            }
        }

        cursor.End();
        _ = hasVersion ? 0 : throw cursor.Missing("jsonrpc");
        _ = Method.Length > 0 ? 0 : throw cursor.Missing("method");
    }
}
