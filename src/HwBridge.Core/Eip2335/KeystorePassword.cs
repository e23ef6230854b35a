using System.Runtime.InteropServices;
using System.Text;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;

namespace HwBridge.Core.Eip2335;

/// <summary>From a password as typed to the bytes that become a key (EIP-2335 § Password requirements), all in guarded memory.</summary>
internal static class KeystorePassword
{
    /// <summary>In bytes of UTF-8: more is a file given by mistake.</summary>
    internal const int MaxLength = 4096;

    private const string Retype = "Give the password itself, as UTF-8 text.";

    /// <summary>NFKD, then without C0, C1 and DEL, then UTF-8 again.</summary>
    /// <param name="utf8">As typed or read; a final newline is a control character and goes too.</param>
    /// <param name="form">Which rule to apply.</param>
    internal static SecretBuffer Normalize(ReadOnlySpan<byte> utf8, PasswordForm form)
    {
        if (utf8.Length > MaxLength)
        {
            throw Bad($"the password has {utf8.Length:N0} bytes (limit {MaxLength:N0})");
        }

        // ASCII is its own NFKD form and has no marks: no need to wake the Unicode tables.
        return Ascii.IsValid(utf8) ? StripAscii(utf8) : NormalizeUnicode(utf8, form);
    }

    private static SecretBuffer StripAscii(ReadOnlySpan<byte> ascii)
    {
        using SecretBuffer kept = SecretBuffer.Allocate(ascii.Length);
        int count = 0;
        foreach (byte character in ascii)
        {
            if (!IsControl((char)character))
            {
                kept.Span[count++] = character;
            }
        }

        return SecretBuffer.CopyOf(kept.Span[..count]);
    }

    private static SecretBuffer NormalizeUnicode(ReadOnlySpan<byte> utf8, PasswordForm form)
    {
        using SecretBuffer decomposed = Nfkd.Decompose(utf8, "the password");
        Span<char> text = MemoryMarshal.Cast<byte, char>(decomposed.Span);
        text = text[..Keep(text, form)];
        SecretBuffer result = SecretBuffer.Allocate(Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text, result.Span);
        return result;
    }

    /// <summary>Moves what the rule keeps to the front and returns its length.</summary>
    private static int Keep(Span<char> text, PasswordForm form)
    {
        int kept = 0;
        int position = 0;
        bool first = true;
        while (position < text.Length)
        {
            _ = Rune.DecodeFromUtf16(text[position..], out Rune rune, out int size);

            // The old program kept of each starter with its marks the first rune only, also when that was a mark.
            bool dropped = form == PasswordForm.MarksDropped && !first && IsMark(rune);
            first = false;
            if (!dropped && !(size == 1 && IsControl(text[position])))
            {
                text.Slice(position, size).CopyTo(text[kept..]);
                kept += size;
            }

            position += size;
        }

        return kept;
    }

    /// <summary>A combining class other than 0, or a vowel or final consonant of a decomposed Hangul syllable.</summary>
    private static bool IsMark(Rune rune)
    {
        if (rune.Value is (>= 0x1161 and <= 0x1175) or (>= 0x11a8 and <= 0x11c2) or 0x0345)
        {
            return true;
        }

        // The framework does not tell the class, but U+0345 has the highest: whatever must stand before it has one from 1 on.
        Span<char> pair = stackalloc char[3];
        pair[0] = '\u0345';
        int length = 1 + rune.EncodeToUtf16(pair[1..]);
        try
        {
            return !((ReadOnlySpan<char>)pair[..length]).IsNormalized(NormalizationForm.FormKD);
        }
        finally
        {
            pair.Clear();
        }
    }

    private static bool IsControl(char character) => character is < ' ' or (>= '\x7f' and <= '\x9f');

    private static FaultException Bad(string cause) => new(Fault.BadInput, cause, Retype);
}
