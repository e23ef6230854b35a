using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;

namespace HwBridge.Protocols.Trezor;

/// <summary>A BIP-39 passphrase as a Trezor wants it: the device takes the bytes as they come, so the host normalises.</summary>
public static class TrezorPassphrase
{
    /// <summary>The longest passphrase that every firmware takes, in bytes of UTF-8 after normalisation.</summary>
    public const int MaxLength = 50;

    // Far more than any input that normalises to MaxLength, and a bound for what follows.
    private const int MaxTyped = 1024;

    // No character decomposes to more than 18 (U+FDFA).
    private const int Expansion = 18;

    /// <summary>NFKD (BIP-39 § From mnemonic to seed), in guarded memory throughout.</summary>
    /// <param name="typed">UTF-8.</param>
    /// <returns>UTF-8, at most <see cref="MaxLength"/> bytes; the caller disposes it.</returns>
    /// <exception cref="FaultException"><see cref="Fault.BadInput"/>: no UTF-8, or too long.</exception>
    public static SecretBuffer Normalize(ReadOnlySpan<byte> typed)
    {
        if (typed.Length > MaxTyped)
        {
            throw TooLong();
        }

        // ASCII is its own NFKD form.
        if (Ascii.IsValid(typed))
        {
            return typed.Length <= MaxLength ? SecretBuffer.CopyOf(typed) : throw TooLong();
        }

        // Without its tables (invariant globalization) the framework hands the text back unchanged, which would be another wallet.
        if ("\u00fc".AsSpan().IsNormalized(NormalizationForm.FormKD))
        {
            throw new FaultException(
                Fault.BadInput,
                "the passphrase has characters beyond ASCII, and this program runs without Unicode tables",
                "Install ICU (Debian: apt-get install libicu72) and unset DOTNET_SYSTEM_GLOBALIZATION_INVARIANT.");
        }

        using SecretBuffer source = SecretBuffer.Allocate(typed.Length * sizeof(char));
        Span<char> characters = MemoryMarshal.Cast<byte, char>(source.Span);
        if (Utf8.ToUtf16(typed, characters, out _, out int count, replaceInvalidSequences: false) != OperationStatus.Done)
        {
            throw new FaultException(Fault.BadInput, "the passphrase is not valid UTF-8", "Set the terminal to UTF-8 and type it again.");
        }

        using SecretBuffer target = SecretBuffer.Allocate(count * Expansion * sizeof(char));
        Span<char> normal = MemoryMarshal.Cast<byte, char>(target.Span);
        int length;
        try
        {
            if (!((ReadOnlySpan<char>)characters[..count]).TryNormalize(normal, out length, NormalizationForm.FormKD))
            {
                throw TooLong();
            }
        }
        catch (ArgumentException)
        {
            // The framework refuses U+FFFE; its exception is left out, lest it hold the text.
            throw new FaultException(Fault.BadInput, "the passphrase has a code point that is no character", "Type it again.");
        }

        using SecretBuffer utf8 = SecretBuffer.Allocate(length * 3);
        Utf8.FromUtf16(normal[..length], utf8.Span, out _, out int written);
        return written <= MaxLength ? SecretBuffer.CopyOf(utf8.Span[..written]) : throw TooLong();
    }

    private static FaultException TooLong() => new(
        Fault.BadInput, $"the passphrase is longer than the {MaxLength} bytes that a Trezor takes", "Check that it is the right one.");
}
