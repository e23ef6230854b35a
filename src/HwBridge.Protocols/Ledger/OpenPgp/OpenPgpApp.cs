namespace HwBridge.Protocols.Ledger.OpenPgp;

/// <summary>Numbers of the OpenPGP app's protocol (OpenPGP smart card 3.3.1 as the app has it). See protocols/ledger/openpgp-app.md.</summary>
public static class OpenPgpApp
{
    /// <summary>The app's name as B001 gives it, and as the dashboard opens it.</summary>
    public const string Name = "OpenPGP";

    /// <summary>The class of a command that stands alone or ends a chain.</summary>
    public const byte Cla = 0x00;

    /// <summary>The class of a link that another one follows.</summary>
    public const byte ChainCla = 0x10;

    /// <summary>The class that has the device ask for a PIN on its own screen.</summary>
    public const byte PinPadCla = 0xef;

    /// <summary>SELECT.</summary>
    public const byte Select = 0xa4;

    /// <summary>VERIFY.</summary>
    public const byte Verify = 0x20;

    /// <summary>RESET RETRY COUNTER.</summary>
    public const byte ResetRetryCounter = 0x2c;

    /// <summary>GET DATA.</summary>
    public const byte GetData = 0xca;

    /// <summary>GET NEXT DATA.</summary>
    public const byte GetNextData = 0xcc;

    /// <summary>PUT DATA.</summary>
    public const byte PutData = 0xda;

    /// <summary>PUT DATA, the odd instruction: the app does the same for both.</summary>
    public const byte PutDataOdd = 0xdb;

    /// <summary>GET RESPONSE: the next piece of an answer that did not fit.</summary>
    public const byte GetResponse = 0xc0;

    /// <summary>The most data of one link, and the most bytes of one answer with its status word.</summary>
    public const int MaxLink = 254;

    /// <summary>The longest answer that is put together from its pieces: more than any object holds.</summary>
    public const int MaxAnswer = 4096;

    /// <summary>Writes GET RESPONSE for the next <paramref name="length"/> bytes, as the second byte of status 61xx told.</summary>
    public static int EncodeGetResponse(byte length, Span<byte> apdu)
    {
        ((ReadOnlySpan<byte>)[Cla, GetResponse, 0, 0, length]).CopyTo(apdu);
        return ApduLimits.HeaderSize;
    }

    /// <summary>The first six bytes of the application's identifier, which SELECT takes.</summary>
    public static ReadOnlySpan<byte> Aid => [0xd2, 0x76, 0x00, 0x01, 0x24, 0x01];
}
