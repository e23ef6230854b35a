using System.Buffers.Binary;
using System.Text;
using HwBridge.Core.Bip32;
using HwBridge.Core.Bls;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Signing;
using HwBridge.Emulators.Screens;
using HwBridge.Emulators.Seeds;
using HwBridge.Protocols.Ledger;

namespace HwBridge.Emulators.Ledger;

/// <summary>The device's side of the Ethereum app 1.22.0. See protocols/ledger/ethereum-app.md.</summary>
internal sealed class EthereumAppDevice : IAppDevice
{
    private const int ChainIdSize = 8;
    private const int WithdrawalIndexSize = 4;

    private readonly LedgerKeys _keys;
    private readonly EthereumAppSettings _settings;
    private readonly SigningReviews _reviews;
    private readonly TransactionSigning _transactions;
    private readonly MessageSigning _messages;
    private readonly TypedDataSigning _typedData;

    internal EthereumAppDevice(LedgerKeys keys, LedgerModel model, EthereumAppSettings settings)
    {
        (_keys, _settings) = (keys, settings);
        _reviews = new SigningReviews(keys, model);
        _transactions = new TransactionSigning(keys, settings, _reviews);
        _messages = new MessageSigning(_reviews);
        _typedData = new TypedDataSigning(settings, _reviews);
    }

    private byte[] Configuration => [(byte)(0x02 | (_settings.BlindSigning ? 1 : 0)), 1, 22, 0];

    public string Name => EthereumApp.Name;

    public string Version => "1.22.0";

    /// <summary>True for the command whose computation takes long enough for another APDU to arrive meanwhile.</summary>
    internal static bool IsSlow(ReadOnlySpan<byte> apdu) =>
        apdu.Length > ApduLimits.HeaderSize && apdu[0] == EthereumApp.Cla && apdu[1] == EthereumApp.GetEth2PublicKey;

    public void Start() => Reset();

    public AppStep Handle(ReadOnlySpan<byte> apdu)
    {
        if (IsMalformed(apdu))
        {
            return new AppStep(StatusWords.WrongLength, [], Keeps: true);
        }

        if (apdu[0] != EthereumApp.Cla)
        {
            return AppStep.Of(StatusWords.UnknownClass);
        }

        ReadOnlySpan<byte> data = apdu.Length > 4 ? apdu[ApduLimits.HeaderSize..] : [];
        return apdu[1] switch
        {
            // The app checks neither parameters nor data here.
            EthereumApp.GetAppConfiguration => new AppStep(StatusWords.Ok, Configuration),
            EthereumApp.GetPublicKey => GetPublicKey(apdu[2], apdu[3], data),
            EthereumApp.GetEth2PublicKey => GetEth2PublicKey(apdu[2], apdu[3], data),
            EthereumApp.SetEth2WithdrawalIndex => SetEth2WithdrawalIndex(apdu[2], apdu[3], data),
            EthereumApp.Sign => _transactions.Handle(apdu[2], apdu[3], data),
            EthereumApp.SignPersonalMessage => _messages.Handle(apdu[2], apdu[3], data),
            EthereumApp.SignTypedData => _typedData.Sign(apdu[2], apdu[3], data),
            EthereumApp.DefineStruct => _typedData.Define(apdu[3], data),
            EthereumApp.ImplementStruct => _typedData.Implement(apdu[2], apdu[3], data),
            EthereumApp.FilterFields => _typedData.Filter(apdu[3]),
            EthereumApp.PerformPrivacyOperation => PerformPrivacyOperation(apdu[2], apdu[3], data),
            _ => AppStep.Of(StatusWords.UnknownInstruction),
        };
    }

    internal static bool IsMalformed(ReadOnlySpan<byte> apdu) =>
        apdu.Length < 4 || (apdu.Length > 4 && apdu[4] != apdu.Length - ApduLimits.HeaderSize);

    /// <summary>A key that is asked for ends whatever signature was under way.</summary>
    private void Reset()
    {
        _transactions.Reset();
        _messages.Reset();
        _typedData.Reset();
    }

    private AppStep GetPublicKey(byte p1, byte p2, ReadOnlySpan<byte> data)
    {
        Reset();
        if (p1 > 1 || p2 > 1)
        {
            return AppStep.Of(StatusWords.WrongParameters);
        }

        if (!TryReadPath(ref data, out uint[] path) || data.Length is not (0 or ChainIdSize))
        {
            return AppStep.Of(StatusWords.BadData);
        }

        if (Forbids(path) is { } refusal)
        {
            return AppStep.Of(refusal);
        }

        using Slip10Node account = _keys.DeriveAccount(path);
        byte[] publicKey = Slip10Ecdsa.UncompressedPublicKey(account);
        string address = ExecutionAddress.OfPublicKey(publicKey).ToChecksumString();
        byte[] answer =
        [
            (byte)publicKey.Length, .. publicKey, ExecutionAddress.Digits, .. Encoding.ASCII.GetBytes(address[2..]),
            .. p2 == 1 ? account.ChainCode : [],
        ];
        bool mainnet = data.IsEmpty || BinaryPrimitives.ReadUInt64BigEndian(data) == 1;
        return new AppStep(
            StatusWords.Ok,
            answer,
            p1 == 1 ? _reviews.Of(mainnet ? "Verify Ethereum address" : "Verify address", new ScreenField("Address", address)) : null);
    }

    private AppStep GetEth2PublicKey(byte p1, byte p2, ReadOnlySpan<byte> data)
    {
        Reset();
        if (p1 > 1 || p2 != 0)
        {
            return AppStep.Of(StatusWords.WrongParameters);
        }

        // Bytes behind the path are ignored, and every path is derived.
        if (!TryReadPath(ref data, out uint[] path))
        {
            return AppStep.Of(StatusWords.BadData);
        }

        byte[] key = _keys.Eth2PublicKey(path);
        return p1 == 0
            ? new AppStep(StatusWords.Ok, key)
            : new AppStep(
                StatusWords.Ok,
                [65, .. key, .. new byte[65 - BlsPublicKey.Size], ExecutionAddress.Digits, .. new byte[ExecutionAddress.Digits]],
                _reviews.Of("Verify ETH2 address", new ScreenField("Address", $"0x{Convert.ToHexString(key)}")));
    }

    private AppStep SetEth2WithdrawalIndex(byte p1, byte p2, ReadOnlySpan<byte> data)
    {
        if (p1 != 0 || p2 != 0)
        {
            return AppStep.Of(StatusWords.WrongParameters);
        }

        if (data.Length != WithdrawalIndexSize)
        {
            return AppStep.Of(StatusWords.WrongLength);
        }

        // Only the review of a deposit uses the number, and forgets it; every value is taken.
        _transactions.WithdrawalIndex = BinaryPrimitives.ReadUInt32BigEndian(data);
        return AppStep.Of(StatusWords.Ok);
    }

    private AppStep PerformPrivacyOperation(byte p1, byte p2, ReadOnlySpan<byte> data)
    {
        if (p1 > 1 || p2 > 1)
        {
            return AppStep.Of(StatusWords.WrongParameters);
        }

        if (!TryReadPath(ref data, out uint[] path))
        {
            return AppStep.Of(StatusWords.BadData);
        }

        if (p2 == 1 && data.Length < X25519PublicKey.Size)
        {
            return AppStep.Of(StatusWords.WrongLength);
        }

        if (Forbids(path) is { } refusal)
        {
            return AppStep.Of(refusal);
        }

        using Slip10Node account = _keys.DeriveAccount(path);
        byte[] answer = p2 == 1 ? LedgerKeys.Agree(account, data[..X25519PublicKey.Size]) : LedgerKeys.PrivacyPublicKey(account);
        return new AppStep(
            StatusWords.Ok,
            answer,
            p1 == 1
                ? _reviews.Of(
                    p2 == 1 ? "Provide public secret key" : "Provide public privacy key",
                    new ScreenField("Address", Slip10Ecdsa.Address(account).ToChecksumString()),
                    new ScreenField("Key", Convert.ToHexString(answer), IsSecret: p2 == 1))
                : null);
    }

    /// <summary>Takes a path of one to ten elements from the front.</summary>
    internal static bool TryReadPath(ref ReadOnlySpan<byte> data, out uint[] path)
    {
        path = [];
        if (data.IsEmpty || data[0] is 0 or > Bip32Path.MaxDepth || data.Length < 1 + (4 * data[0]))
        {
            return false;
        }

        path = new uint[data[0]];
        for (int i = 0; i < path.Length; i++)
        {
            path[i] = BinaryPrimitives.ReadUInt32BigEndian(data[(1 + (4 * i))..]);
        }

        data = data[(1 + (4 * path.Length))..];
        return true;
    }

    /// <summary>The app's install parameters allow 44'/60' and 45' on secp256k1.</summary>
    internal static ushort? Forbids(ReadOnlySpan<uint> path)
    {
        const uint Hardened = Bip32Path.Hardened;
        if (path is [45 | Hardened, ..] or [44 | Hardened, 60 | Hardened, ..])
        {
            return null;
        }

        return path.Length < 2 ? StatusWords.ShortPath : StatusWords.ForbiddenPath;
    }
}
