using System.Buffers.Binary;
using System.Globalization;
using HwBridge.Emulators.Screens;
using HwBridge.Protocols.Ledger;
using HwBridge.Protocols.Ledger.OpenPgp;

namespace HwBridge.Emulators.Ledger;

/// <summary>
/// The device's side of the OpenPGP app 2.7.1, as far as data objects and PINs go: it has no keys and signs nothing. With every weakness
/// that was measured of the real one. See protocols/ledger/openpgp-app.md.
/// </summary>
internal sealed class OpenPgpAppDevice(OpenPgpFlash flash, SoftwareLedgerOptions options) : IAppDevice
{
    // The app's buffers: for one APDU, for a whole chain, and for an answer with its status word.
    private const int ApduRoom = 324;
    private const int Room = 1512;
    private const int MaxAnswer = OpenPgpApp.MaxLink;
    private const int MinUserPin = 6;
    private const int MaxPin = 12;
    private const byte UserForSignatures = 0x81;
    private const byte WithAdmin = 0x02;
    private const ushort TriesLeft = 0x63c0;

    private readonly List<byte> _chain = [];
    private readonly HashSet<byte> _verified = [];
    private byte[]? _link;
    private byte[] _unread = [];
    private ushort _readTag;
    private ushort _selected;
    private int _record;

    public string Name => OpenPgpApp.Name;

    public string Version => "2.7.1";

    /// <summary>True after a broken chain: nothing is answered until the app is opened anew.</summary>
    internal bool IsHung { get; private set; }

    internal OpenPgpFlash Flash => flash;

    public void Start()
    {
        _chain.Clear();
        _verified.Clear();
        _link = null;
        _unread = [];
        (_readTag, _selected, _record) = (0, 0, 0);
        IsHung = false;
    }

    public AppStep Handle(ReadOnlySpan<byte> apdu)
    {
        if (IsHung || apdu.Length > ApduRoom)
        {
            return AppStep.Silent;
        }

        if (_unread.Length > 0)
        {
            if (apdu.Length >= 4 && apdu[..4].SequenceEqual((ReadOnlySpan<byte>)[OpenPgpApp.Cla, OpenPgpApp.GetResponse, 0, 0]))
            {
                return Piece();
            }

            // The app leaves its loop for the command before, which it then does again, whatever has come.
            _unread = [];
            return GetData(_readTag);
        }

        if (apdu.Length < 4)
        {
            return AppStep.Of(StatusWords.Unverified);
        }

        // Lc is believed; an extended length begins with a zero and so means no data.
        Span<byte> data = stackalloc byte[apdu.Length > 4 ? apdu[4] : 0];
        ReadOnlySpan<byte> sent = apdu.Length > ApduLimits.HeaderSize ? apdu[ApduLimits.HeaderSize..] : [];
        sent[..Math.Min(sent.Length, data.Length)].CopyTo(data);
        return _link is null ? Begin(apdu, data) : Continue(apdu, data);
    }

    private AppStep Begin(ReadOnlySpan<byte> apdu, ReadOnlySpan<byte> data)
    {
        _chain.Clear();
        _chain.AddRange(data);
        if ((apdu[0] & OpenPgpApp.ChainCla) == 0 || apdu[0] == OpenPgpApp.PinPadCla)
        {
            return Dispatch(apdu[0], apdu[1], apdu[2], apdu[3]);
        }

        _link = apdu[..4].ToArray();
        return AppStep.Of(StatusWords.Ok);
    }

    private AppStep Continue(ReadOnlySpan<byte> apdu, ReadOnlySpan<byte> data)
    {
        byte[] link = _link!;
        bool same = (apdu[0] & ~OpenPgpApp.ChainCla) == (link[0] & ~OpenPgpApp.ChainCla) && apdu[1..4].SequenceEqual(link.AsSpan(1));
        bool last = same && (apdu[0] & OpenPgpApp.ChainCla) == 0;
        bool fits = _chain.Count + data.Length <= Room;
        if (same && fits)
        {
            _chain.AddRange(data);
        }

        if (same && fits && !last)
        {
            return AppStep.Of(StatusWords.Ok);
        }

        // What does not fit is dropped; what has come so far is stored, even when the chain was broken, and then the app hangs.
        _link = null;
        AppStep done = Dispatch((byte)(link[0] & ~OpenPgpApp.ChainCla), link[1], link[2], link[3]);
        IsHung = !last;
        return last ? done : AppStep.Silent;
    }

    private AppStep Dispatch(byte cla, byte ins, byte p1, byte p2)
    {
        if (cla is not (OpenPgpApp.Cla or OpenPgpApp.PinPadCla))
        {
            return AppStep.Of(StatusWords.UnknownClass);
        }

        byte[] data = [.. _chain];
        ushort tag = (ushort)((p1 << 8) | p2);
        switch (ins)
        {
            case OpenPgpApp.Select:
                return Select(data);
            case OpenPgpApp.GetData:
                return GetData(tag);
            case OpenPgpApp.GetNextData:
                return GetNextData(tag);
            case OpenPgpApp.PutData or OpenPgpApp.PutDataOdd:
                return PutData(tag, data);
            case OpenPgpApp.Verify:
                return p2 is UserForSignatures or (byte)OpenPgpPin.User or (byte)OpenPgpPin.Admin
                    ? Verify(cla == OpenPgpApp.PinPadCla, p1, p2, data)
                    : AppStep.Of(StatusWords.WrongParameters);
            case OpenPgpApp.ResetRetryCounter:
                return ResetRetryCounter(p1, p2, data);
            default:
                return AppStep.Of(StatusWords.UnknownInstruction);
        }
    }

    private AppStep Select(byte[] data)
    {
        if (!data.AsSpan().SequenceEqual(OpenPgpApp.Aid))
        {
            return AppStep.Of(StatusWords.NoSuchRecord);
        }

        (_selected, _record) = (0, 0);
        return AppStep.Of(StatusWords.Ok);
    }

    private AppStep GetData(ushort tag)
    {
        OpenPgpPin needed = OpenPgpDataObject.All.FirstOrDefault(known => known.Tag == tag)?.ReadPin ?? OpenPgpPin.None;
        if (needed != OpenPgpPin.None && !_verified.Contains((byte)needed))
        {
            return AppStep.Of(StatusWords.Unverified);
        }

        if (_selected != tag)
        {
            (_selected, _record) = (tag, 0);
        }

        switch (tag)
        {
            case 0x004f:
                return Answer(tag, Identifier());
            case 0x006e:
                return Answer(tag, ApplicationData());
            case 0x7f66:
                return Answer(tag, ExtendedLengths);
            case 0x00c4:
                return Answer(tag, PinStatus());
            case 0x0101 or 0x0102 or 0x0103 or 0x0104 or 0x7f21:
                return flash.ToRead(tag, _record) is { } found
                    ? Answer(tag, found.Content.ToArray())
                    : AppStep.Of(StatusWords.NoSuchRecord);
            default:
                return AppStep.Of(StatusWords.Rejected);
        }
    }

    private AppStep GetNextData(ushort tag)
    {
        if (tag != OpenPgpDataObject.Certificate.Tag || _selected != tag)
        {
            return AppStep.Of(StatusWords.Rejected);
        }

        AppStep step = GetData(tag);
        _record += step.Status is StatusWords.NoSuchRecord ? 0 : 1;
        return step;
    }

    private AppStep PutData(ushort tag, byte[] data)
    {
        if (OpenPgpDataObject.All.FirstOrDefault(known => known.Tag == tag) is not { } target)
        {
            return AppStep.Of(StatusWords.Rejected);
        }

        if (!_verified.Contains((byte)target.WritePin))
        {
            return AppStep.Of(StatusWords.Unverified);
        }

        // Unlike reading, writing does not put the record counter back.
        _selected = tag;
        return flash.ToWrite(tag, _record) is not { } stored
            ? AppStep.Of(StatusWords.NoSuchObject)
            : AppStep.Of(stored.TryWrite(data) ? StatusWords.Ok : StatusWords.TooLong);
    }

    private AppStep Verify(bool onDevice, byte p1, byte pin, byte[] data)
    {
        if (onDevice)
        {
            return TriesOf(pin) == 0 ? AppStep.Of(StatusWords.BlockedPin) : options.PinsOnScreen ? Enter(pin) : Confirm(pin);
        }

        if (data.Length > 0 && p1 == 0)
        {
            return AppStep.Of(Check(pin, System.Text.Encoding.ASCII.GetString(data)));
        }

        switch (p1)
        {
            case 0:
                return AppStep.Of(_verified.Contains(pin) ? StatusWords.Ok : (ushort)(TriesLeft | TriesOf(pin)));
            case 0xff when data.Length == 0:
                _verified.Remove(pin);
                return AppStep.Of(StatusWords.Ok);
            default:
                return AppStep.Of(StatusWords.BadData);
        }
    }

    private AppStep Confirm(byte pin)
    {
        string which = string.Create(CultureInfo.InvariantCulture, $"{(IsAdmin(pin) ? "Admin" : "User")} {pin:x}");
        return new AppStep(StatusWords.Ok, [], Review("Confirm PIN", new ScreenField("PIN", which)))
        {
            Pressed = approved =>
            {
                _ = approved ? _verified.Add(pin) : _verified.Remove(pin);
                return AppStep.Of(approved ? StatusWords.Ok : StatusWords.Rejected);
            },
        };
    }

    private AppStep Enter(byte pin, string? wrong = null)
    {
        ScreenField[] pages = wrong is null ? [] : [new ScreenField("Wrong PIN", wrong)];
        return new AppStep(StatusWords.Ok, [], Review($"Enter {(IsAdmin(pin) ? "Admin" : "User")} PIN", pages))
        {
            Typed = typed =>
            {
                ushort status = typed is null ? StatusWords.Rejected : Check(pin, typed);

                // A wrong PIN stays between the device and the person until it is right or blocked.
                return status == StatusWords.WrongPin ? Enter(pin, $"{TriesOf(pin)} tries remaining") : AppStep.Of(status);
            },
        };
    }

    private ushort Check(byte pin, string given)
    {
        _verified.Remove(pin);
        if (TriesOf(pin) == 0)
        {
            return StatusWords.BlockedPin;
        }

        bool right = given == (IsAdmin(pin) ? flash.AdminPin : flash.UserPin);
        SetTries(pin, right ? OpenPgpFlash.MaxTries : TriesOf(pin) - 1);
        if (right)
        {
            _verified.Add(pin);
            return StatusWords.Ok;
        }

        return TriesOf(pin) == 0 ? StatusWords.BlockedPin : StatusWords.WrongPin;
    }

    private AppStep ResetRetryCounter(byte p1, byte p2, byte[] data)
    {
        if (!_verified.Contains((byte)OpenPgpPin.Admin))
        {
            return AppStep.Of(StatusWords.Unverified);
        }

        if (p1 != WithAdmin || p2 != UserForSignatures)
        {
            return AppStep.Of(StatusWords.WrongParameters);
        }

        if (data.Length is < MinUserPin or > MaxPin)
        {
            return AppStep.Of(StatusWords.BadData);
        }

        flash.UserPin = System.Text.Encoding.ASCII.GetString(data);
        flash.UserTries = OpenPgpFlash.MaxTries;
        return AppStep.Of(StatusWords.Ok);
    }

    /// <summary>An answer that is too long for the buffer with its status word ends the app.</summary>
    private AppStep Answer(ushort tag, byte[] data)
    {
        if (data.Length + ApduLimits.StatusSize > Room)
        {
            return AppStep.Silent with { Fate = AppFate.Crashes };
        }

        _readTag = tag;
        _unread = data;
        return Piece();
    }

    /// <summary>At most 254 bytes with the status word, which tells how many more there are.</summary>
    private AppStep Piece()
    {
        if (_unread.Length + ApduLimits.StatusSize <= MaxAnswer)
        {
            byte[] rest = _unread;
            _unread = [];
            return new AppStep(StatusWords.Ok, rest);
        }

        byte[] piece = _unread[..(MaxAnswer - ApduLimits.StatusSize)];
        _unread = _unread[piece.Length..];
        int next = Math.Min(_unread.Length, MaxAnswer - ApduLimits.StatusSize);
        return new AppStep((ushort)((StatusWords.MoreData << 8) | next), piece);
    }

    private static byte[] ExtendedLengths => [0x02, 0x02, 0x00, 0xfe, 0x02, 0x02, 0x00, 0xfe];

    private byte[] Identifier()
    {
        byte[] aid = [.. OpenPgpApp.Aid, 0x03, 0x03, 0x2c, 0x97, 0, 0, 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt32BigEndian(aid.AsSpan(10), options.CardSerial);
        return aid;
    }

    private byte[] PinStatus() => [0x01, MaxPin, MaxPin, MaxPin, (byte)flash.UserTries, 0, (byte)flash.AdminTries];

    /// <summary>4F, 7F66 and the discretionary 73, as an app without keys has them.</summary>
    private byte[] ApplicationData()
    {
        byte[] rsa2048 = [0x01, 0x08, 0x00, 0x00, 0x20, 0x01];
        byte[] discretionary =
        [
            0xc0, 0x0a, 0x7e, 0x00, 0x00, 0xfe, 0x0a, 0x00, 0x02, 0x00, 0x00, 0x01,
            0xc1, (byte)rsa2048.Length, .. rsa2048, 0xc2, (byte)rsa2048.Length, .. rsa2048, 0xc3, (byte)rsa2048.Length, .. rsa2048,
            0xc4, 0x07, .. PinStatus(), 0xc5, 0x3c, .. new byte[0x3c], 0xc6, 0x3c, .. new byte[0x3c], 0xcd, 0x0c, .. new byte[0x0c],
        ];
        byte[] aid = Identifier();
        return
        [
            0x4f, (byte)aid.Length, .. aid, 0x7f, 0x66, (byte)ExtendedLengths.Length, .. ExtendedLengths,
            0x73, 0x81, (byte)discretionary.Length, .. discretionary,
        ];
    }

    private ScreenReview Review(string title, params IReadOnlyList<ScreenField> pages) =>
        new(string.Create(CultureInfo.InvariantCulture, $"Ledger {options.Model.DisplayName()}"), title, pages);

    private static bool IsAdmin(byte pin) => pin == (byte)OpenPgpPin.Admin;

    private int TriesOf(byte pin) => IsAdmin(pin) ? flash.AdminTries : flash.UserTries;

    private void SetTries(byte pin, int tries)
    {
        if (IsAdmin(pin))
        {
            flash.AdminTries = tries;
        }
        else
        {
            flash.UserTries = tries;
        }
    }
}
