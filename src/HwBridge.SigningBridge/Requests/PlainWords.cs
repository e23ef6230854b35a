using System.Globalization;
using System.Numerics;
using System.Text;
using HwBridge.Core.Eip712;
using HwBridge.Core.Execution;
using HwBridge.Core.Networks;
using HwBridge.Core.Signing;
using HwBridge.Core.Staking;

namespace HwBridge.SigningBridge.Requests;

/// <summary>What is to be signed, in words that a person can compare with the device. Never more than a screen of it.</summary>
internal static class PlainWords
{
    private const int MaxLines = 40;
    private const int MaxText = 400;

    /// <summary>A transaction.</summary>
    internal static SignatureWish Describe(ExecutionAddress from, EthereumTransaction transaction)
    {
        List<string> lines =
        [
            $"from    {from.ToChecksumString()}",
            transaction.To is { } to ? $"to      {to.ToChecksumString()}{Known(to, transaction.ChainId)}" : "to      nobody: it makes a new contract",
            $"sends   {EtherAmount.ToText(transaction.Value)} ETH",
            string.Create(
                CultureInfo.InvariantCulture,
                $"fee     at most {EtherAmount.ToText(transaction.MaxFee)} ETH ({transaction.GasLimit} gas)"),
            string.Create(CultureInfo.InvariantCulture, $"nonce   {transaction.Nonce}"),
        ];
        if (transaction.Data.Length > 0)
        {
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"data    {transaction.Data.Length} bytes: {Hex(transaction.Data.Span)}"));
        }

        if (transaction.AccessList.Count > 0)
        {
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"access  a list of {transaction.AccessList.Count} entries"));
        }

        return new SignatureWish(SignatureMethods.SignTransaction, $"sign a transaction on {Chain(transaction.ChainId)}", lines)
        {
            ChainId = transaction.ChainId,
            Recipient = transaction.To,
            Cost = transaction.Value + transaction.MaxFee,
        };
    }

    /// <summary>A message.</summary>
    internal static SignatureWish Describe(ExecutionAddress from, byte[] message) => new(
        SignatureMethods.PersonalSign,
        "sign a message",
        [
            $"from    {from.ToChecksumString()}",
            string.Create(CultureInfo.InvariantCulture, $"message {message.Length} bytes: {TextOrHex(message)}"),
        ]);

    /// <summary>Typed data.</summary>
    internal static SignatureWish Describe(ExecutionAddress from, TypedData data)
    {
        List<string> lines = [$"from    {from.ToChecksumString()}"];
        Add(lines, data, data.Domain, "domain", 0);
        if (data.PrimaryType != TypedData.DomainType)
        {
            Add(lines, data, data.Message, data.PrimaryType, 0);
        }

        TypedDataValue? chain = Member(data, "chainId");
        TypedDataValue? contract = Member(data, "verifyingContract");
        BigInteger? chainId = chain?.Type.Kind == TypedDataKind.UnsignedInteger ? Number(chain) : null;
        return new SignatureWish(SignatureMethods.SignTypedData, $"sign typed data: {data.PrimaryType}", lines)
        {
            ChainId = chainId is { } number && number <= ulong.MaxValue ? (ulong)number : null,
            Recipient = contract?.Type.Kind == TypedDataKind.Address ? new ExecutionAddress(contract.Bytes.Span) : null,
        };
    }

    /// <summary>A chain's name and number.</summary>
    internal static string Chain(ulong chainId) => Network.Known.FirstOrDefault(network => network.ChainId == chainId) is { } known
        ? string.Create(CultureInfo.InvariantCulture, $"{known.Name} (chain {chainId})")
        : string.Create(CultureInfo.InvariantCulture, $"chain {chainId}");

    private static string Known(ExecutionAddress to, ulong chainId) =>
        to == StakerCall.WithdrawalContract ? " (the system contract for withdrawal requests)"
        : to == StakerCall.ConsolidationContract ? " (the system contract for consolidation requests)"
        : Network.Known.Any(network => network.ChainId == chainId && network.DepositContract == to) ? " (the deposit contract)"
        : string.Empty;

    private static TypedDataValue? Member(TypedData data, string name)
    {
        IReadOnlyList<TypedDataField> fields = data.Struct(TypedData.DomainType).Fields;
        for (int i = 0; i < fields.Count; i++)
        {
            if (fields[i].Name == name)
            {
                return data.Domain.Items[i];
            }
        }

        return null;
    }

    private static void Add(List<string> lines, TypedData data, TypedDataValue value, string name, int depth)
    {
        if (lines.Count > MaxLines)
        {
            return;
        }

        if (lines.Count == MaxLines)
        {
            lines.Add("… more than is shown here: read it on the device");
            return;
        }

        string indent = new(' ', 2 * depth);
        switch (value.Type.Kind)
        {
            case TypedDataKind.Struct:
                lines.Add($"{indent}{name}:");
                IReadOnlyList<TypedDataField> fields = data.Struct(value.Type.Name).Fields;
                for (int i = 0; i < fields.Count; i++)
                {
                    Add(lines, data, value.Items[i], fields[i].Name, depth + 1);
                }

                break;
            case TypedDataKind.Array:
                lines.Add(string.Create(CultureInfo.InvariantCulture, $"{indent}{name}: {value.Items.Count} elements"));
                for (int i = 0; i < value.Items.Count; i++)
                {
                    Add(lines, data, value.Items[i], string.Create(CultureInfo.InvariantCulture, $"[{i}]"), depth + 1);
                }

                break;
            default:
                lines.Add($"{indent}{name}: {Text(value)}");
                break;
        }
    }

    private static string Text(TypedDataValue value) => value.Type.Kind switch
    {
        TypedDataKind.UnsignedInteger or TypedDataKind.SignedInteger => Number(value).ToString(CultureInfo.InvariantCulture),
        TypedDataKind.Boolean => value.Bytes.Span[0] != 0 ? "true" : "false",
        TypedDataKind.Address => new ExecutionAddress(value.Bytes.Span).ToChecksumString(),
        TypedDataKind.Text => TextOrHex(value.Bytes.Span),
        _ => Hex(value.Bytes.Span),
    };

    private static BigInteger Number(TypedDataValue value) =>
        new(value.Bytes.Span, isUnsigned: value.Type.Kind == TypedDataKind.UnsignedInteger, isBigEndian: true);

    private static string TextOrHex(ReadOnlySpan<byte> bytes)
    {
        string text = Encoding.UTF8.GetString(bytes);
        bool isText = text.All(static character => !char.IsControl(character) && character != '\ufffd' && !IsDirection(character));
        return isText ? $"\"{Cut(text)}\"" : Hex(bytes);
    }

    /// <summary>Characters that turn the rest of a line around: what a person reads would not be what is signed.</summary>
    private static bool IsDirection(char character) =>
        CharUnicodeInfo.GetUnicodeCategory(character) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    private static string Hex(ReadOnlySpan<byte> bytes) => Cut($"0x{Convert.ToHexStringLower(bytes[..Math.Min(bytes.Length, MaxText)])}");

    private static string Cut(string text) => text.Length <= MaxText ? text : $"{text[..MaxText]}…";
}
