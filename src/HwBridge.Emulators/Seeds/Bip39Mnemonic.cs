using System.Security.Cryptography;
using System.Text;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;

namespace HwBridge.Emulators.Seeds;

/// <summary>A BIP-39 mnemonic of the English list: 12, 15, 18, 21 or 24 words with a valid checksum.</summary>
/// <remarks>
/// For software devices, which keep published test seeds. The words are held in guarded memory all the same, since somebody
/// will try another one. https://github.com/bitcoin/bips/blob/master/bip-0039.mediawiki
/// </remarks>
public sealed class Bip39Mnemonic : IDisposable
{
    /// <summary>The size in bytes of the seed.</summary>
    public const int SeedSize = 64;

    private const int BitsPerWord = 11;
    private const int Iterations = 2048;

    private static readonly Lazy<string[]> EnglishList = new(LoadEnglish);

    private static readonly Lazy<Dictionary<string, int>> EnglishWords =
        new(() => English.Index().ToDictionary(word => word.Item, word => word.Index, StringComparer.Ordinal));

    private readonly SecretBuffer _sentence;

    private Bip39Mnemonic(SecretBuffer sentence) => _sentence = sentence;

    /// <summary>The 2048 words in their order.</summary>
    internal static IReadOnlyList<string> English => EnglishList.Value;

    /// <summary>Reads words that are separated by white space; upper case is taken as lower case.</summary>
    /// <exception cref="FaultException">
    /// <see cref="Fault.BadInput"/>: a wrong number of words, a word (named by its number only) that is not in the list, or a wrong
    /// checksum.
    /// </exception>
    public static Bip39Mnemonic Parse(string text)
    {
        string[] words = text.Normalize(NormalizationForm.FormKD).ToLowerInvariant().Split(
            (char[]?)null,
            StringSplitOptions.RemoveEmptyEntries);
        if (words.Length is not (12 or 15 or 18 or 21 or 24))
        {
            throw Bad($"a BIP-39 mnemonic has 12, 15, 18, 21 or 24 words, this one {words.Length}");
        }

        // ENT bits of entropy, then ENT/32 bits of its SHA-256 (BIP-39 § Generating the mnemonic).
        int bits = words.Length * BitsPerWord;
        int checksumBits = bits / 33;
        Span<byte> packed = stackalloc byte[(bits + 7) / 8];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        try
        {
            packed.Clear();
            for (int i = 0; i < words.Length; i++)
            {
                if (!EnglishWords.Value.TryGetValue(words[i], out int index))
                {
                    throw Bad($"word {i + 1} is not in the English BIP-39 list");
                }

                for (int bit = 0; bit < BitsPerWord; bit++)
                {
                    int at = (i * BitsPerWord) + bit;
                    packed[at / 8] |= (byte)(((index >> (BitsPerWord - 1 - bit)) & 1) << (7 - (at % 8)));
                }
            }

            int entropyBytes = (bits - checksumBits) / 8;
            SHA256.HashData(packed[..entropyBytes], hash);
            if (packed[entropyBytes] >> (8 - checksumBits) != hash[0] >> (8 - checksumBits))
            {
                throw Bad("the checksum of the mnemonic is wrong");
            }
        }
        finally
        {
            packed.Clear();
            hash.Clear();
        }

        SecretBuffer sentence = SecretBuffer.Allocate(words.Sum(word => word.Length) + words.Length - 1);
        Span<byte> free = sentence.Span;
        foreach (string word in words)
        {
            int written = Encoding.ASCII.GetBytes(word, free);
            free = free[written..];
            if (!free.IsEmpty)
            {
                free[0] = (byte)' ';
                free = free[1..];
            }
        }

        return new Bip39Mnemonic(sentence);
    }

    /// <summary>The 64-byte seed: PBKDF2-HMAC-SHA512, 2048 rounds, salt "mnemonic" and the passphrase in NFKD.</summary>
    /// <returns>A buffer that the caller disposes.</returns>
    public SecretBuffer DeriveSeed(string passphrase = "") =>
        DeriveSeed(Encoding.UTF8.GetBytes(passphrase.Normalize(NormalizationForm.FormKD)));

    /// <summary>The same with a passphrase taken byte for byte, as devices take what a host sends.</summary>
    /// <returns>A buffer that the caller disposes.</returns>
    public SecretBuffer DeriveSeed(ReadOnlySpan<byte> passphrase)
    {
        byte[] salt = [.. "mnemonic"u8, .. passphrase];
        SecretBuffer seed = SecretBuffer.Allocate(SeedSize);
        try
        {
            Rfc2898DeriveBytes.Pbkdf2(_sentence.Span, salt, seed.Span, Iterations, HashAlgorithmName.SHA512);
            return seed;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(salt);
        }
    }

    /// <summary>True for the same words in the same order.</summary>
    internal bool Matches(Bip39Mnemonic other) => _sentence.ConstantTimeEquals(other._sentence.Span);

    /// <inheritdoc/>
    public void Dispose() => _sentence.Dispose();

    /// <summary>Never the content.</summary>
    public override string ToString() => "‹secret›";

    private static FaultException Bad(string cause) =>
        new(Fault.BadInput, cause, "Write the words in their order, separated by spaces, as the wallet showed them.");

    private static string[] LoadEnglish()
    {
        using Stream stream = typeof(Bip39Mnemonic).Assembly.GetManifestResourceStream("bip39-english.txt")
            ?? throw new InvalidOperationException("the word list is missing from the assembly");
        using StreamReader reader = new(stream);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
