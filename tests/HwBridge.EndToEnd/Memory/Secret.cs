using System.Text;

namespace HwBridge.EndToEnd.Memory;

/// <summary>Something that must not be found, in every form in which a copy could lie about.</summary>
internal sealed class Secret
{
    private readonly List<Needle> _needles = [];

    private Secret(string name) => Name = name;

    internal string Name { get; }

    internal IReadOnlyList<Needle> Needles => _needles;

    /// <summary>Secret bytes: any 8 of them in a row, any 16 hex digits, any 12 characters of base64.</summary>
    internal static Secret OfBytes(string name, ReadOnlySpan<byte> bytes)
    {
        Secret secret = new(name);
        secret.AddWords(bytes);
        secret.AddText("hex", Convert.ToHexStringLower(bytes), 16);
        secret.AddText("HEX", Convert.ToHexString(bytes), 16);
        for (int before = 0; before < 3; before++)
        {
            // What stands before it moves it to another place among the groups of three bytes.
            string text = Convert.ToBase64String(bytes[before..]);
            secret.AddText("base64", text[..(4 * ((bytes.Length - before) / 3))], 12);
        }

        return secret;
    }

    /// <summary>Secret bytes between two steps of a computation: any 8 of them in a row, as they stand and as words.</summary>
    internal static Secret OfWords(string name, ReadOnlySpan<byte> bytes)
    {
        Secret secret = new(name);
        secret.AddWords(bytes);
        return secret;
    }

    /// <summary>Secret bytes of which there are very many: any 8 of them in a row, as they stand and as SHA-256 loads them.</summary>
    internal static Secret OfBlock(string name, byte[] bytes)
    {
        Secret secret = new(name);
        secret.Add("raw", bytes, 8);
        secret.Add("words reversed", Reverse(bytes, 4), 8);
        return secret;
    }

    /// <summary>Secret text: any <paramref name="least"/> of its characters in a row.</summary>
    internal static Secret OfText(string name, string text, int least = 8)
    {
        Secret secret = new(name);
        secret.AddText("text", text, least);
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        secret.AddText("hex", Convert.ToHexStringLower(bytes), 16);
        secret.AddText("HEX", Convert.ToHexString(bytes), 16);
        for (int before = 0; before < 3 && bytes.Length >= 12; before++)
        {
            secret.AddText("base64", Convert.ToBase64String(bytes.AsSpan(before))[..(4 * ((bytes.Length - before) / 3))], 12);
        }

        return secret;
    }

    /// <summary>Secret text of a public form, of which any <paramref name="least"/> characters in a row tell something.</summary>
    internal static Secret OfLine(string name, string line, int least)
    {
        Secret secret = new(name);
        secret.AddText("text", line, least);
        return secret;
    }

    private static byte[] Reverse(ReadOnlySpan<byte> bytes, int size)
    {
        byte[] reversed = bytes.ToArray();
        for (int i = 0; i + size <= reversed.Length; i += size)
        {
            Array.Reverse(reversed, i, size);
        }

        return reversed;
    }

    /// <summary>As it stands, as SHA-256 and little-endian arithmetic load it, and as HMAC pads a key.</summary>
    private void AddWords(ReadOnlySpan<byte> bytes)
    {
        byte[] raw = bytes.ToArray();
        Add("raw", raw, 8);
        Add("reversed", Reverse(raw, raw.Length), 8);
        Add("words reversed", Reverse(raw, 4), 8);
        Add("HMAC inner pad", [.. raw.Select(value => (byte)(value ^ 0x36))], 8);
        Add("HMAC outer pad", [.. raw.Select(value => (byte)(value ^ 0x5c))], 8);
    }

    private void AddText(string form, string text, int least)
    {
        Add(form, Encoding.UTF8.GetBytes(text), least);
        Add($"{form}, UTF-16", Encoding.Unicode.GetBytes(text), 2 * least);
    }

    private void Add(string form, byte[] bytes, int least)
    {
        if (bytes.Length >= least)
        {
            _needles.Add(new Needle(this, form, bytes, least));
        }
    }
}
