using System.Runtime.InteropServices;
using System.Text;
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

        using SecretBuffer decomposed = Nfkd.Decompose(typed, "the passphrase");
        ReadOnlySpan<char> text = MemoryMarshal.Cast<byte, char>(decomposed.Span);
        int length = Encoding.UTF8.GetByteCount(text);
        if (length > MaxLength)
        {
            throw TooLong();
        }

        SecretBuffer passphrase = SecretBuffer.Allocate(length);
        Encoding.UTF8.GetBytes(text, passphrase.Span);
        return passphrase;
    }

    private static FaultException TooLong() => new(
        Fault.BadInput, $"the passphrase is longer than the {MaxLength} bytes that a Trezor takes", "Check that it is the right one.");
}
