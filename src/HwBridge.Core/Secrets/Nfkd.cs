using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;
using HwBridge.Core.Faults;

namespace HwBridge.Core.Secrets;

/// <summary>Unicode's compatibility decomposition of secret text, in guarded memory throughout.</summary>
public static class Nfkd
{
    // Unicode's largest compatibility decomposition has 18 characters for one.
    private const int Expansion = 18;

    /// <summary>NFKD (Unicode Standard Annex #15).</summary>
    /// <param name="utf8">The text; its caller bounds its length.</param>
    /// <param name="name">What it is, for a fault: <c>the password</c>.</param>
    /// <returns>UTF-16 code units in the machine's byte order, without an end mark; the caller disposes them.</returns>
    /// <exception cref="FaultException"><see cref="Fault.BadInput"/>: no UTF-8, no character, or no Unicode tables at hand.</exception>
    public static SecretBuffer Decompose(ReadOnlySpan<byte> utf8, string name)
    {
        // Without its tables (invariant globalization) the framework would hand the text back unchanged, and the key would be another.
        if ("\u00fc".AsSpan().IsNormalized(NormalizationForm.FormKD))
        {
            throw new FaultException(
                Fault.BadInput,
                $"{name} has characters beyond ASCII, and this program runs without Unicode tables",
                "Install ICU (Debian: apt-get install libicu72) and unset DOTNET_SYSTEM_GLOBALIZATION_INVARIANT.");
        }

        using SecretBuffer typed = SecretBuffer.Allocate(utf8.Length * sizeof(char));
        OperationStatus status = Utf8.ToUtf16(utf8, Characters(typed), out int read, out int count, replaceInvalidSequences: false);
        if (status != OperationStatus.Done)
        {
            throw Bad(name, $"is not UTF-8 at its byte {read}");
        }

        using SecretBuffer decomposed = SecretBuffer.Allocate(count * Expansion * sizeof(char));
        try
        {
            ReadOnlySpan<char> text = Characters(typed)[..count];
            return text.TryNormalize(Characters(decomposed), out int length, NormalizationForm.FormKD)
                ? SecretBuffer.CopyOf(decomposed.Span[..(length * sizeof(char))])
                : throw new InvalidOperationException("a decomposition is longer than Unicode allows");
        }
        catch (ArgumentException)
        {
            // The framework refuses U+FFFE, which is no character; its exception has no cause to keep.
            throw Bad(name, "has a code point that is no character");
        }
    }

    private static Span<char> Characters(SecretBuffer buffer) => MemoryMarshal.Cast<byte, char>(buffer.Span);

    private static FaultException Bad(string name, string what) =>
        new(Fault.BadInput, $"{name} {what}", $"Give {name} itself, as UTF-8 text.");
}
