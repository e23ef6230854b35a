using System.Collections.Frozen;
using System.Text.Unicode;
using Google.Protobuf.Reflection;

namespace HwBridge.Emulators.Trezor;

/// <summary>
/// Reads a protobuf message as strictly as the firmware's own decoder does, before the message is parsed. The two differ in packed
/// fields, in sizes and in what ends a message.
/// </summary>
internal sealed class WireRules
{
    /// <summary>The Model One's decoder: fixed sizes (UTF-8 bytes, bytes, elements); packed repeated fields are taken.</summary>
    internal static readonly WireRules Legacy = new(isCore: false, new Dictionary<string, int>
    {
        ["Initialize.session_id"] = 32,
        ["Ping.message"] = 255,
        ["PinMatrixAck.pin"] = 50,
        ["PassphraseAck.passphrase"] = 50,
        ["ApplySettings.language"] = 16,
        ["ApplySettings.label"] = 32,
        ["LoadDevice.mnemonics"] = 240,
        ["LoadDevice.pin"] = 50,
        ["LoadDevice.language"] = 16,
        ["LoadDevice.label"] = 32,
        ["RecoveryDevice.language"] = 16,
        ["RecoveryDevice.label"] = 32,
        ["WordAck.word"] = 11,
        ["GetPublicKey.address_n"] = 8,
        ["GetPublicKey.ecdsa_curve_name"] = 31,
        ["GetPublicKey.coin_name"] = 20,
        ["CipherKeyValue.address_n"] = 8,
        ["CipherKeyValue.key"] = 255,
        ["CipherKeyValue.value"] = 1024,
        ["CipherKeyValue.iv"] = 16,
        ["IdentityType.proto"] = 8,
        ["IdentityType.user"] = 63,
        ["IdentityType.host"] = 63,
        ["IdentityType.port"] = 5,
        ["IdentityType.path"] = 255,
        ["SignIdentity.challenge_hidden"] = 256,
        ["SignIdentity.challenge_visual"] = 255,
        ["SignIdentity.ecdsa_curve_name"] = 31,

        // 65, rounded up to the alignment of its length.
        ["GetECDHSessionKey.peer_public_key"] = 66,
        ["GetECDHSessionKey.ecdsa_curve_name"] = 31,
        ["EthereumGetAddress.address_n"] = 8,
        ["EthereumGetPublicKey.address_n"] = 8,
        ["EthereumSignTx.address_n"] = 8,
        ["EthereumSignTx.nonce"] = 32,
        ["EthereumSignTx.gas_price"] = 32,
        ["EthereumSignTx.gas_limit"] = 32,
        ["EthereumSignTx.value"] = 32,
        ["EthereumSignTx.data_initial_chunk"] = 1024,
        ["EthereumSignTx.to"] = 42,
        ["EthereumSignTxEIP1559.address_n"] = 8,
        ["EthereumSignTxEIP1559.nonce"] = 32,
        ["EthereumSignTxEIP1559.max_gas_fee"] = 32,
        ["EthereumSignTxEIP1559.max_priority_fee"] = 32,
        ["EthereumSignTxEIP1559.gas_limit"] = 32,
        ["EthereumSignTxEIP1559.value"] = 32,
        ["EthereumSignTxEIP1559.data_initial_chunk"] = 1024,
        ["EthereumSignTxEIP1559.to"] = 42,
        ["EthereumTxAck.data_chunk"] = 1024,
        ["EthereumSignMessage.address_n"] = 8,
        ["EthereumSignMessage.message"] = 1024,
        ["EthereumSignTypedHash.address_n"] = 8,
        ["EthereumSignTypedHash.domain_separator_hash"] = 32,
        ["EthereumSignTypedHash.message_hash"] = 32,
    });

    /// <summary>The Model T's decoder: no sizes; packed fields are refused; a tag that is cut off ends the message.</summary>
    internal static readonly WireRules Core = new(isCore: true, []);

    private readonly bool _isCore;
    private readonly FrozenDictionary<string, int> _sizes;

    private WireRules(bool isCore, Dictionary<string, int> sizes)
    {
        _isCore = isCore;
        _sizes = sizes.ToFrozenDictionary();
    }

    /// <summary>Checks <paramref name="bytes"/> against <paramref name="type"/>.</summary>
    /// <param name="type">The message's fields.</param>
    /// <param name="bytes">The encoded message.</param>
    /// <param name="used">How many bytes the message takes.</param>
    /// <returns>Null when they hold.</returns>
    internal WireError? Check(MessageDescriptor type, ReadOnlySpan<byte> bytes, out int used)
    {
        used = 0;
        int at = 0;
        Dictionary<int, int> counts = [];
        while (at < bytes.Length)
        {
            used = at;
            WireErrorKind? error = ReadVarint(bytes, ref at, 32, out ulong tag);
            if (error == WireErrorKind.EndOfStream && _isCore)
            {
                break;
            }

            int number = (int)(tag >> 3);
            if (error is not null || number == 0)
            {
                return new WireError(error ?? WireErrorKind.InvalidTag);
            }

            FieldDescriptor? field = type.FindFieldByNumber(number);
            if (CheckField(field, (int)(tag & 7), bytes, ref at, counts) is { } wrong)
            {
                return wrong;
            }

            used = at;
        }

        FieldDescriptor? missing = type.Fields.InDeclarationOrder().FirstOrDefault(f => f.IsRequired && !counts.ContainsKey(f.FieldNumber));
        return missing is null ? null : new WireError(WireErrorKind.MissingRequired, missing.Name);
    }

    private static WireErrorKind? ReadVarint(ReadOnlySpan<byte> bytes, ref int at, int bits, out ulong value)
    {
        value = 0;
        for (int shift = 0; ; shift += 7)
        {
            if (at == bytes.Length)
            {
                return WireErrorKind.EndOfStream;
            }

            byte b = bytes[at++];
            if (shift >= bits)
            {
                return WireErrorKind.VarintOverflow;
            }

            value |= (ulong)(b & 0x7f) << shift;
            if (b < 0x80)
            {
                return bits == 32 && value > uint.MaxValue ? WireErrorKind.VarintOverflow : null;
            }
        }
    }

    private WireError? CheckField(FieldDescriptor? field, int wireType, ReadOnlySpan<byte> bytes, ref int at, Dictionary<int, int> counts)
    {
        switch (wireType)
        {
            case 0:
                if (ReadVarint(bytes, ref at, 64, out ulong value) is { } error)
                {
                    return new WireError(error, field?.Name);
                }

                return field is null ? null : CheckNumber(field, value, counts);
            case 1 or 5:
                at += wireType == 1 ? sizeof(ulong) : sizeof(uint);
                return at > bytes.Length ? new WireError(WireErrorKind.EndOfStream, field?.Name)
                    : field is null ? null : new WireError(WireErrorKind.WrongWireType, field.Name);
            case 2:
                return CheckDelimited(field, bytes, ref at, counts);
            default:
                return new WireError(WireErrorKind.WrongWireType, field?.Name);
        }
    }

    private WireError? CheckNumber(FieldDescriptor field, ulong value, Dictionary<int, int> counts)
    {
        if (field.FieldType is FieldType.String or FieldType.Bytes or FieldType.Message)
        {
            return new WireError(WireErrorKind.WrongWireType, field.Name);
        }

        if (field.FieldType == FieldType.UInt32 && value > uint.MaxValue)
        {
            return new WireError(WireErrorKind.ValueTooLarge, field.Name);
        }

        return Count(field, counts);
    }

    private WireError? CheckDelimited(FieldDescriptor? field, ReadOnlySpan<byte> bytes, ref int at, Dictionary<int, int> counts)
    {
        if (ReadVarint(bytes, ref at, 32, out ulong length) is { } error)
        {
            return new WireError(error, field?.Name);
        }

        bool isWhole = length <= (ulong)(bytes.Length - at);
        ReadOnlySpan<byte> content = isWhole ? bytes.Slice(at, (int)length) : [];
        at = isWhole ? at + (int)length : bytes.Length;
        if (field is null)
        {
            return isWhole ? null : new WireError(WireErrorKind.EndOfStream);
        }

        bool isTooLong = !field.IsRepeated && _sizes.TryGetValue(Key(field), out int size) && length > (ulong)size;
        switch (field.FieldType)
        {
            case FieldType.String when isTooLong:
                return new WireError(WireErrorKind.StringOverflow, field.Name);
            case FieldType.Bytes when isTooLong:
                return new WireError(WireErrorKind.BytesOverflow, field.Name);
            case FieldType.Message when !isWhole:
                return new WireError(WireErrorKind.SubmessageTooLong, field.Name);
            case FieldType.String or FieldType.Bytes when !isWhole:
                return new WireError(WireErrorKind.EndOfStream, field.Name);
            case FieldType.String when !Utf8.IsValid(content):
                return new WireError(WireErrorKind.InvalidUtf8, field.Name);
            case FieldType.Message:
                return Check(field.MessageType, content, out _) ?? Count(field, counts);
            case FieldType.String or FieldType.Bytes:
                return Count(field, counts);
            case FieldType.UInt32 when field.IsRepeated && !_isCore:
                return isWhole ? CheckPacked(field, content, counts) : new WireError(WireErrorKind.SubmessageTooLong, field.Name);
            default:
                return new WireError(WireErrorKind.WrongWireType, field.Name);
        }
    }

    private WireError? CheckPacked(FieldDescriptor field, ReadOnlySpan<byte> content, Dictionary<int, int> counts)
    {
        int at = 0;
        while (at < content.Length)
        {
            if (ReadVarint(content, ref at, 64, out ulong value) is { } error)
            {
                return new WireError(error, field.Name);
            }

            if (CheckNumber(field, value, counts) is { } wrong)
            {
                return wrong;
            }
        }

        return null;
    }

    private WireError? Count(FieldDescriptor field, Dictionary<int, int> counts)
    {
        int count = counts[field.FieldNumber] = counts.GetValueOrDefault(field.FieldNumber) + 1;
        return field.IsRepeated && field.FieldType == FieldType.UInt32 && _sizes.TryGetValue(Key(field), out int size) && count > size
            ? new WireError(WireErrorKind.ArrayOverflow, field.Name)
            : null;
    }

    private static string Key(FieldDescriptor field) => $"{field.ContainingType.Name}.{field.Name}";
}
