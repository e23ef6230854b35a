using System.Text.Json;
using HwBridge.Core.Faults;
using HwBridge.Core.Json;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Age;
using HwBridge.Protocols.Age.Sharing;

namespace HwBridge.Backups.Sharing;

/// <summary>The JSON inside a share file, in guarded memory.</summary>
internal static class PassedShareCodec
{
    private const string Format = "hwbridge-share";
    private const string Source = "the share inside";
    private const string Remedy = "Ask its sender to make it again with hwbridge backup share.";
    private const int MaxSize = 4096;
    private const int MaxHolderLength = 128;

    internal static SecretBuffer Write(PassedShare share)
    {
        using SecretBuffer digits = SecretBuffer.Allocate(2 + (2 * share.Share.Length));
        "0x"u8.CopyTo(digits.Span);
        SecretHex.Encode(share.Share.Span, digits.Span[2..]);
        using SecretWriter output = new(MaxSize);
        using (Utf8JsonWriter json = new(output))
        {
            json.WriteStartObject();
            json.WriteString("format"u8, Format);
            json.WriteNumber("version"u8, 1);
            json.WriteBase64String("set"u8, share.SetId);
            json.WriteNumber("share"u8, share.Number);
            if (share.Holder is not null)
            {
                json.WriteString("holder"u8, share.Holder);
            }

            json.WriteString("secret"u8, digits.Span);
            json.WriteEndObject();
        }

        return output.ToSecretBuffer();
    }

    /// <summary>Reads what <see cref="Write"/> wrote; the caller disposes it.</summary>
    /// <exception cref="FaultException"><see cref="Fault.BadInput"/>.</exception>
    internal static PassedShare Read(ReadOnlySpan<byte> document)
    {
        SecretBuffer secret = SecretBuffer.Allocate(AgeFile.FileKeySize);
        try
        {
            JsonCursor cursor = new(document, Source, MaxSize, Remedy);
            string? format = null;
            string? holder = null;
            byte[]? set = null;
            long number = 0;
            bool hasSecret = false;
            cursor.BeginObject();
            while (cursor.NextMember(out string name))
            {
                switch (name)
                {
                    case "format":
                        format = cursor.GetOneOf(Format);
                        break;
                    case "version":
                        _ = cursor.GetInteger(1, 1);
                        break;
                    case "set":
                        set = cursor.GetBase64(SharingStanza.SetIdSize);
                        break;
                    case "share":
                        number = cursor.GetInteger(1, SharingStanza.MaxShares);
                        break;
                    case "holder":
                        holder = AgeRecipient.Format(AgeRecipient.Parse(cursor.GetString(MaxHolderLength)));
                        break;
                    case "secret":
                        cursor.GetSecretHex(secret.Span);
                        hasSecret = true;
                        break;
                    default:
                        cursor.Skip();
                        break;
                }
            }

            cursor.End();
            _ = format ?? throw cursor.Missing("format");
            _ = number > 0 ? 0 : throw cursor.Missing("share");
            _ = hasSecret ? 0 : throw cursor.Missing("secret");
            return new PassedShare(set ?? throw cursor.Missing("set"), (int)number, holder, secret);
        }
        catch
        {
            secret.Dispose();
            throw;
        }
    }
}
