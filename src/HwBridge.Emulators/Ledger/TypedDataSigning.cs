using System.Text;
using HwBridge.Core.Eip712;
using HwBridge.Core.Execution;
using HwBridge.Core.Ssz;
using HwBridge.Emulators.Screens;
using HwBridge.Protocols.Ledger;

namespace HwBridge.Emulators.Ledger;

/// <summary>SIGN_EIP_712_MESSAGE (E00C), and the stream of definitions (E01A) and values (E01C) before it.</summary>
/// <remarks>
/// The app shows the members one by one as they come; here they come in one review with the last command. Descriptors that the maker has
/// signed (E01E) are not known here: once they are announced, nothing is signed, as on the device when they do not come.
/// </remarks>
internal sealed class TypedDataSigning(EthereumAppSettings settings, SigningReviews reviews)
{
    private const int MaxDefinitions = 128;

    private readonly Dictionary<string, TypedDataStruct> _structs = [];
    private List<TypedDataField>? _defining;
    private bool _isDefined;
    private bool _isFiltered;
    private TypedDataStream? _domain;
    private TypedDataStream? _message;

    /// <summary>Whatever was sent is forgotten.</summary>
    internal void Reset()
    {
        _structs.Clear();
        (_defining, _isDefined, _isFiltered, _domain, _message) = (null, false, false, null, null);
    }

    /// <summary>E01A.</summary>
    internal AppStep Define(byte p2, ReadOnlySpan<byte> data)
    {
        bool isTaken = p2 switch
        {
            _ when _isDefined => false,
            EthereumApp.StructName => TryDefineStruct(data),
            EthereumApp.StructField => TryDefineField(data),
            _ => false,
        };
        return isTaken
            ? AppStep.Of(StatusWords.Ok)
            : Fail(p2 is EthereumApp.StructName or EthereumApp.StructField ? StatusWords.BadData : StatusWords.WrongParameters);
    }

    /// <summary>E01C.</summary>
    internal AppStep Implement(byte p1, byte p2, ReadOnlySpan<byte> data)
    {
        if (_defining is null)
        {
            return Fail(StatusWords.NotAllowed);
        }

        _isDefined = true;
        TypedDataStream? current = _message ?? _domain;
        switch (p2)
        {
            case EthereumApp.StructName:
                return TryBegin(Encoding.ASCII.GetString(data)) ? AppStep.Of(StatusWords.Ok) : Fail(StatusWords.BadData);
            case EthereumApp.ArrayLength when data.Length == 1 && current is not null && current.TryBeginArray(data[0]):
            case EthereumApp.StructField when current is not null && (settings.BlindSigning || _isFiltered) && current.TryTake(data, p1 != 0):
                return AppStep.Of(StatusWords.Ok);
            case EthereumApp.ArrayLength or EthereumApp.StructField:
                return Fail(StatusWords.BadData);
            default:
                return Fail(StatusWords.WrongParameters);
        }
    }

    /// <summary>E01E.</summary>
    internal AppStep Filter(byte p2)
    {
        if (_defining is null)
        {
            return Fail(StatusWords.NotAllowed);
        }

        if (p2 != 0)
        {
            return _isFiltered ? Fail(StatusWords.BadData) : AppStep.Of(StatusWords.Ok);
        }

        (_isFiltered, _isDefined) = (true, true);
        return AppStep.Of(StatusWords.Ok);
    }

    /// <summary>E00C.</summary>
    internal AppStep Sign(byte p1, byte p2, ReadOnlySpan<byte> data)
    {
        if (p1 != 0 || p2 is not (EthereumApp.TypedHashes or EthereumApp.TypedStream))
        {
            return AppStep.Of(StatusWords.WrongParameters);
        }

        bool isStream = p2 == EthereumApp.TypedStream;
        if (isStream && _defining is null)
        {
            return Fail(StatusWords.NotAllowed);
        }

        bool hasPath = EthereumAppDevice.TryReadPath(ref data, out uint[] path);
        if (!hasPath || (isStream ? _message is not { IsWhole: true } : data.Length < 2 * Bytes32.Size))
        {
            return Fail(StatusWords.BadData);
        }

        if (EthereumAppDevice.Forbids(path) is { } refusal)
        {
            return Fail(refusal);
        }

        if (isStream && _isFiltered)
        {
            return Fail(StatusWords.MissingReference);
        }

        return isStream ? SignStream(path) : SignHashes(path, data);
    }

    private AppStep Fail(ushort status)
    {
        Reset();
        return AppStep.Of(status);
    }

    private AppStep SignHashes(uint[] path, ReadOnlySpan<byte> hashes)
    {
        Reset();
        if (!settings.BlindSigning)
        {
            return AppStep.Of(StatusWords.BadData);
        }

        Bytes32 domain = new(hashes[..Bytes32.Size]);
        Bytes32 message = new(hashes.Slice(Bytes32.Size, Bytes32.Size));
        ScreenReview review = reviews.Of(
            "Review typed message", new ScreenField("Domain hash", Shown(domain)), new ScreenField("Message hash", Shown(message)));
        return SignBlind(path, domain, message, review);
    }

    private AppStep SignStream(uint[] path)
    {
        Bytes32 domain = _domain!.Hash;
        Bytes32 message = _message!.Hash;
        ScreenReview review = reviews.Of("Review typed message", [.. _domain.Shown, new ScreenField("Message hash", Shown(message))]);
        Reset();
        return SignBlind(path, domain, message, review);
    }

    private AppStep SignBlind(uint[] path, Bytes32 domain, Bytes32 message, ScreenReview review) => reviews.Sign(
        path,
        Keccak256.Hash((ReadOnlySpan<byte>)[0x19, 0x01, .. domain.ToArray(), .. message.ToArray()]),
        27,
        reviews.Blind,
        review);

    private static string Shown(Bytes32 hash) => $"0x{Convert.ToHexString(hash.ToArray())}";

    private bool TryBegin(string name)
    {
        if (!_structs.ContainsKey(name) || (_domain is null) != (name == TypedData.DomainType) || _message is not null || _domain is { IsWhole: false })
        {
            return false;
        }

        TypedDataStream stream = new(_structs, name);
        (_domain, _message) = _domain is null ? (stream, null) : (_domain, stream);
        return stream.IsSound;
    }

    private bool TryDefineStruct(ReadOnlySpan<byte> data)
    {
        string name = Encoding.ASCII.GetString(data);
        _defining = [];
        return data.Length > 0 && _structs.Count < MaxDefinitions && _structs.TryAdd(name, new TypedDataStruct(name, _defining));
    }

    private bool TryDefineField(ReadOnlySpan<byte> data)
    {
        if (_defining is null || _defining.Count == MaxDefinitions || TypedDataStream.TryReadField(data) is not { } field)
        {
            return false;
        }

        _defining.Add(field);
        return true;
    }
}
