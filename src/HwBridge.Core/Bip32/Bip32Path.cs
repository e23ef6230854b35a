using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace HwBridge.Core.Bip32;

/// <summary>A BIP-32 path such as m/44'/60'/12381'/0/0: one to ten elements, the limit of the devices.</summary>
public sealed class Bip32Path : IEquatable<Bip32Path>
{
    /// <summary>The bit that hardens an element (written <c>'</c>).</summary>
    public const uint Hardened = 0x8000_0000;

    /// <summary>The most elements that a Ledger takes.</summary>
    public const int MaxDepth = 10;

    private readonly uint[] _indices;

    private Bip32Path(uint[] indices) => _indices = indices;

    /// <summary>All elements from the root, with their hardened bits.</summary>
    public ReadOnlySpan<uint> Indices => _indices;

    /// <summary>A path of these elements with their hardened bits; null unless there are one to ten.</summary>
    public static Bip32Path? TryCreate(ReadOnlySpan<uint> indices) =>
        indices.Length is >= 1 and <= MaxDepth ? new Bip32Path(indices.ToArray()) : null;

    /// <summary>Reads m/44'/60'/…; false for anything that is not one to ten numbers below 2^31.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out Bip32Path? path)
    {
        path = null;
        string[] parts = (text ?? string.Empty).Split('/', MaxDepth + 2);
        if (parts.Length is < 2 or > MaxDepth + 1 || parts[0] != "m")
        {
            return false;
        }

        uint[] indices = new uint[parts.Length - 1];
        for (int i = 0; i < indices.Length; i++)
        {
            ReadOnlySpan<char> part = parts[i + 1];
            bool hardened = part.EndsWith("'");
            part = hardened ? part[..^1] : part;
            if (!uint.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out uint index) || index >= Hardened)
            {
                return false;
            }

            indices[i] = hardened ? index | Hardened : index;
        }

        path = new Bip32Path(indices);
        return true;
    }

    /// <inheritdoc/>
    public bool Equals(Bip32Path? other) => other is not null && Indices.SequenceEqual(other.Indices);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Bip32Path);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach (uint index in _indices)
        {
            hash.Add(index);
        }

        return hash.ToHashCode();
    }

    /// <summary>m/44'/60'/…</summary>
    public override string ToString() => "m/" + string.Join(
        '/', _indices.Select(index => index < Hardened ? $"{index}" : string.Create(CultureInfo.InvariantCulture, $"{index - Hardened}'")));
}
