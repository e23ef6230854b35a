using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Numerics;
using System.Text.Json;
using HwBridge.Core.Faults;
using HwBridge.Core.Signing;
using HwBridge.Core.Staking;

namespace HwBridge.Cli.Nodes;

/// <summary>Asks an execution node over JSON-RPC for what a transaction needs to know of the chain. Nothing is ever sent to it to be passed on.</summary>
/// <remarks>One request a question, HTTP/1.1, no proxy, no redirect; answers are bounded, and each has a deadline.</remarks>
internal sealed class ExecutionNode : IDisposable
{
    private const int MaxAnswer = 2 << 20;
    private const int MaxDepth = 16;
    private const int MaxQuantity = 66;
    private const int MaxSaid = 200;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(15);

    private readonly Uri _url;
    private readonly HttpClient _http;

    /// <param name="text">A URL as a person gives it.</param>
    /// <exception cref="FaultException"><see cref="Fault.Usage"/>: no http or https URL, or one with a name or password in it.</exception>
    internal ExecutionNode(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? url) || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0)
        {
            throw new FaultException(
                Fault.Usage, $"--node {text} is no http or https URL without a password", "Write it as http://127.0.0.1:8545.");
        }

        _url = url;
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false, MaxResponseHeadersLength = 32 })
        {
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = MaxAnswer,
        };
    }

    public void Dispose() => _http.Dispose();

    /// <summary>eth_chainId.</summary>
    internal Task<BigInteger> ChainIdAsync(CancellationToken cancellationToken) => AskAsync("eth_chainId", [], Quantity, cancellationToken);

    /// <summary>How many transactions an account has sent, those that wait included.</summary>
    internal Task<BigInteger> NonceAsync(ExecutionAddress account, CancellationToken cancellationToken) =>
        AskAsync("eth_getTransactionCount", [account.ToString(), "pending"], Quantity, cancellationToken);

    /// <summary>What a unit of gas costs in the latest block, in wei.</summary>
    internal Task<BigInteger> BaseFeeAsync(CancellationToken cancellationToken) => AskAsync(
        "eth_getBlockByNumber",
        ["latest", false],
        block => block.ValueKind == JsonValueKind.Object && block.TryGetProperty("baseFeePerGas", out JsonElement fee) ? Quantity(fee) : null,
        cancellationToken);

    /// <summary>The tip that the node proposes, in wei.</summary>
    internal Task<BigInteger> PriorityFeeAsync(CancellationToken cancellationToken) =>
        AskAsync("eth_maxPriorityFeePerGas", [], Quantity, cancellationToken);

    /// <summary>The gas that a call takes now.</summary>
    internal Task<BigInteger> GasAsync(ExecutionAddress from, StakerCall call, CancellationToken cancellationToken) => AskAsync(
        "eth_estimateGas",
        [new { from = from.ToString(), to = call.To.ToString(), value = $"0x{call.Value.ToString("x", CultureInfo.InvariantCulture).TrimStart('0').PadLeft(1, '0')}", data = $"0x{Convert.ToHexStringLower(call.Data.Span)}" }],
        Quantity,
        cancellationToken);

    /// <summary>What a system contract asks for a request now, in wei: its answer to a call without data (EIP-7002, EIP-7251).</summary>
    internal Task<BigInteger> RequestFeeAsync(ExecutionAddress contract, CancellationToken cancellationToken) =>
        AskAsync("eth_call", [new { to = contract.ToString() }, "latest"], Word, cancellationToken);

    /// <summary>0x and hex digits without leading zeros.</summary>
    private static BigInteger? Quantity(JsonElement value) => Hex(value) is { Length: > 0 } digits && (digits == "0" || digits[0] != '0')
        ? BigInteger.Parse($"0{digits}", NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
        : null;

    private static BigInteger? Word(JsonElement value) => Hex(value) is { Length: 64 } digits
        ? BigInteger.Parse($"0{digits}", NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)
        : null;

    private static string? Hex(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && value.GetString() is { Length: <= MaxQuantity } text
        && text.StartsWith("0x", StringComparison.Ordinal) && text.Skip(2).All(char.IsAsciiHexDigit)
            ? text[2..]
            : null;

    private async Task<BigInteger> AskAsync(
        string method, object[] parameters, Func<JsonElement, BigInteger?> read, CancellationToken cancellationToken)
    {
        using CancellationTokenSource late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(Deadline);
        try
        {
            using ByteArrayContent content = new(JsonSerializer.SerializeToUtf8Bytes(new { jsonrpc = "2.0", id = 1, method, @params = parameters }));
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using HttpResponseMessage response = await _http.PostAsync(_url, content, late.Token).ConfigureAwait(false);
            byte[] body = await response.Content.ReadAsByteArrayAsync(late.Token).ConfigureAwait(false);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                throw Failed(method, $"answers {(int)response.StatusCode}", null);
            }

            using JsonDocument answer = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = MaxDepth });
            if (answer.RootElement.ValueKind == JsonValueKind.Object)
            {
                if (answer.RootElement.TryGetProperty("error", out JsonElement error) && error.ValueKind == JsonValueKind.Object)
                {
                    string said = error.TryGetProperty("message", out JsonElement message) ? message.ToString() : "an error without a message";
                    throw Failed(method, $"says \"{(said.Length > MaxSaid ? said[..MaxSaid] : said)}\"", null);
                }

                if (answer.RootElement.TryGetProperty("result", out JsonElement result) && read(result) is { } value)
                {
                    return value;
                }
            }

            throw Failed(method, "answers with something else than was asked for", null);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw Failed(method, $"did not answer within {Deadline.TotalSeconds:0} s", exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException)
        {
            throw Failed(method, $"failed: {exception.Message}", exception);
        }
    }

    private FaultException Failed(string method, string what, Exception? cause) => new(
        Fault.Io,
        $"{_url.GetLeftPart(UriPartial.Authority)}: the node, asked for {method}, {what}",
        "Check the node, or give --nonce, --max-fee, --priority-fee, --gas and --request-fee yourself.",
        cause);
}
