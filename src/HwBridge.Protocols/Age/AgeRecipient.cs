using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;

namespace HwBridge.Protocols.Age;

/// <summary>The text of an X25519 recipient: <c>age1</c> and 58 characters (age specification § The X25519 recipient type).</summary>
public static class AgeRecipient
{
    private const string Prefix = "age";
    private const string SecretPrefix = "AGE-SECRET-KEY-";
    private const string PluginIdentityPrefix = "AGE-PLUGIN-";
    private const string Remedy = "Give a recipient as `hwbridge recipient` or `age-keygen -y` prints it: age1 and 58 more characters.";

    /// <summary><c>age1…</c>, 62 characters.</summary>
    public static string Format(X25519PublicKey key)
    {
        Span<byte> bytes = stackalloc byte[X25519PublicKey.Size];
        key.CopyTo(bytes);
        return Bech32.Encode(Prefix, bytes);
    }

    /// <summary>Reads <c>age1…</c>.</summary>
    /// <exception cref="FaultException">
    /// <see cref="Fault.BadInput"/>: mistyped, of another kind, or a secret key. The message never repeats the text, which may be a secret.
    /// </exception>
    public static X25519PublicKey Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.StartsWith(SecretPrefix, StringComparison.OrdinalIgnoreCase))
        {
            throw Refused(
                "this is a secret age key, not a recipient",
                "Give the recipient that belongs to it (age-keygen -y FILE). If the key was typed into a shell, it may be in its history.");
        }

        if (text.StartsWith(PluginIdentityPrefix, StringComparison.OrdinalIgnoreCase))
        {
            throw Refused("this is an identity of an age plugin, not a recipient", Remedy);
        }

        if (Bech32.Decode(text, out string prefix, out byte[] data) is { } reason)
        {
            throw Refused($"the recipient {reason}", Remedy);
        }

        if (prefix.StartsWith("age1", StringComparison.Ordinal))
        {
            throw Refused(
                $"this is a recipient of another kind ({Kind(prefix)}), which is unsupported here",
                "Give an X25519 recipient: age1 and 58 more characters, without a second 1.");
        }

        if (prefix != Prefix)
        {
            throw Refused("the recipient does not start with age1", Remedy);
        }

        if (text[0] != 'a')
        {
            throw Refused("the recipient is written in capitals", "Write it in lower case: age1…");
        }

        return data.Length == X25519PublicKey.Size
            ? new X25519PublicKey(data)
            : throw Refused($"the recipient holds {data.Length} bytes instead of {X25519PublicKey.Size}", Remedy);
    }

    /// <summary>Reads <c>age1…</c>; false for anything else.</summary>
    public static bool TryParse(string text, out X25519PublicKey recipient)
    {
        ArgumentNullException.ThrowIfNull(text);
        bool isRecipient = Bech32.Decode(text, out string prefix, out byte[] data) is null
            && prefix == Prefix
            && text[0] == 'a'
            && data.Length == X25519PublicKey.Size;
        recipient = isRecipient ? new X25519PublicKey(data) : default;
        return isRecipient;
    }

    private static string Kind(string prefix) => prefix switch
    {
        "age1tag" or "age1tagpq" => $"{prefix}1…, a tagged hardware key",
        "age1pq" => "age1pq1…, a post-quantum key",
        _ when prefix.Length <= 32 => $"{prefix}1…, for the plugin age-plugin-{prefix["age1".Length..]}",
        _ => "for an age plugin",
    };

    private static FaultException Refused(string cause, string remedy) => new(Fault.BadInput, cause, remedy);
}
