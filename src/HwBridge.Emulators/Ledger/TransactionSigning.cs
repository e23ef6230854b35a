using System.Globalization;
using HwBridge.Core.Execution;
using HwBridge.Core.Faults;
using HwBridge.Emulators.Screens;
using HwBridge.Protocols.Ledger;

namespace HwBridge.Emulators.Ledger;

/// <summary>SIGN (E004): a transaction in parts, refused at the part with which it becomes clear that the app would not show it.</summary>
internal sealed class TransactionSigning(LedgerKeys keys, EthereumAppSettings settings, SigningReviews reviews)
{
    private const int MaxSize = 64 * 1024;
    private const int SelectorSize = 4;
    private const int WordSize = 32;
    private const byte LegacyList = 0xc0;

    private readonly List<byte> _received = [];
    private uint[]? _path;
    private int _confirmed;

    /// <summary>Which withdrawal key a deposit may name.</summary>
    internal uint WithdrawalIndex { get; set; }

    /// <summary>Whatever was sent half is forgotten.</summary>
    internal void Reset()
    {
        _path = null;
        _received.Clear();
        _confirmed = 0;
        WithdrawalIndex = 0;
    }

    internal AppStep Handle(byte p1, byte p2, ReadOnlySpan<byte> data)
    {
        if (p1 is not (0 or EthereumApp.FollowingPart) || p2 != 0)
        {
            return AppStep.Of(StatusWords.WrongParameters);
        }

        if (p1 == 0)
        {
            (_path, _confirmed) = (null, 0);
            _received.Clear();
            if (!EthereumAppDevice.TryReadPath(ref data, out uint[] path) || data.IsEmpty)
            {
                return Fail(StatusWords.BadData);
            }

            if (EthereumAppDevice.Forbids(path) is { } refusal)
            {
                return Fail(refusal);
            }

            if (data[0] is not ((byte)TransactionKind.AccessList or (byte)TransactionKind.FeeMarket or >= LegacyList))
            {
                return Fail(StatusWords.UnknownTransactionType);
            }

            _path = path;
        }
        else if (_path is null)
        {
            return Fail(StatusWords.NotAllowed);
        }

        _received.AddRange(data);
        return _received.Count > MaxSize ? Fail(StatusWords.BadData) : Continue([.. _received]);
    }

    private AppStep Fail(ushort status)
    {
        Reset();
        return AppStep.Of(status);
    }

    private AppStep Continue(byte[] received)
    {
        if (PartialTransaction.TryRead(received) is not { } partial)
        {
            return Fail(StatusWords.BadData);
        }

        bool isCall = partial.Data.Length > 0;
        bool isDebugged = settings is { DebugContracts: true, BlindSigning: true } && isCall;
        bool isBlind = isDebugged || (isCall && !SystemCall.IsKnown(partial.To, partial.Data.Span));
        if (isBlind && !settings.BlindSigning && (partial.Data.Length >= SelectorSize || partial.End is not null))
        {
            return Fail(StatusWords.BadData);
        }

        List<ScreenReview> screens = isDebugged ? [.. Parameters(partial.Data)] : [];
        if (partial.End is not { } end)
        {
            return SigningReviews.After(screens, AppStep.Of(StatusWords.Ok));
        }

        // What follows in the last part is not looked at.
        EthereumTransaction transaction;
        try
        {
            transaction = EthereumTransaction.Decode(received.AsMemory(0, end), "SIGN");
        }
        catch (FaultException)
        {
            return Fail(StatusWords.BadData);
        }

        return Review(transaction, isBlind, screens);
    }

    private AppStep Review(EthereumTransaction transaction, bool isBlind, List<ScreenReview> screens)
    {
        (string? network, string ticker) = NetworkOf(transaction.ChainId);
        SystemCall? call = isBlind || transaction.Data.IsEmpty ? null : SystemCall.TryRead(
            transaction.To, transaction.Data.Span, transaction.Value, keys, WithdrawalIndex);
        if (call is null && !isBlind && !transaction.Data.IsEmpty)
        {
            return Fail(StatusWords.BadData);
        }

        uint[] path = _path!;
        Reset();
        List<ScreenField> fields = [new("From", reviews.Address(path))];
        if (call is not null)
        {
            fields.AddRange(call.Fields);
        }
        else
        {
            if (!isBlind || !transaction.Value.IsZero)
            {
                fields.Add(new ScreenField("Amount", EtherText.Of(transaction.Value, ticker)));
            }

            fields.Add(new ScreenField("To", transaction.To?.ToChecksumString() ?? "Contract"));
        }

        fields.Add(new ScreenField("Max fees", EtherText.Of(transaction.MaxFee, ticker)));
        if (network is not null)
        {
            fields.Add(new ScreenField("Network", network));
        }

        if (isBlind)
        {
            fields.Add(new ScreenField("Tx hash", $"{transaction.SigningHash()}"));
            screens.Add(reviews.Blind);
        }

        screens.Add(reviews.Of(call is null ? "Review transaction" : $"Review transaction to {call.Title}", fields));
        byte evenV = transaction.Kind == TransactionKind.Legacy ? unchecked((byte)(35 + (2 * transaction.ChainId))) : (byte)0;
        return reviews.Sign(path, transaction.SigningHash(), evenV, screens);
    }

    /// <summary>The selector and each whole parameter that was not confirmed before.</summary>
    private IEnumerable<ScreenReview> Parameters(ReadOnlyMemory<byte> data)
    {
        for (; _confirmed < 1 + ((data.Length - SelectorSize) / WordSize) && data.Length >= SelectorSize; _confirmed++)
        {
            yield return _confirmed == 0
                ? reviews.Of("Verify selector", new ScreenField("Selector", Convert.ToHexString(data.Span[..SelectorSize])))
                : reviews.Of(
                    "Verify parameter",
                    new ScreenField("Parameter", ParameterText(data.Slice(SelectorSize + ((_confirmed - 1) * WordSize), WordSize).ToArray())));
        }
    }

    /// <summary>Groups of eight bytes, each without leading zeros.</summary>
    private static string ParameterText(byte[] word) => string.Join(':', word.Chunk(8).Select(group =>
        Convert.ToHexString(group.AsSpan().IndexOfAnyExcept((byte)0) is var first && first < 0 ? [0] : group.AsSpan(first))));

    /// <summary>The name on the screen, none on mainnet; chains that the app does not know are numbers without a ticker.</summary>
    private static (string? Name, string Ticker) NetworkOf(ulong chainId) => chainId switch
    {
        1 => (null, "ETH"),
        17000 => ("Holesky", "ETH"),
        11155111 => ("Sepolia", "ETH"),
        _ => (chainId.ToString(CultureInfo.InvariantCulture), "???"),
    };
}
