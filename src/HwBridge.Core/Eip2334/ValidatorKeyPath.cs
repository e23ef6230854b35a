using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace HwBridge.Core.Eip2334;

/// <summary>A path m/12381/3600/account/… of EIP-2334: unhardened 32-bit indices under purpose 12381 and coin type 3600.</summary>
/// <remarks>Signing keys are m/12381/3600/i/0/0, withdrawal keys m/12381/3600/i/0 (EIP-2334 § Validator keys).</remarks>
public sealed class ValidatorKeyPath : IEquatable<ValidatorKeyPath>
{
    /// <summary>Purpose: the BLS12-381 curve.</summary>
    public const uint Purpose = 12381;

    /// <summary>Coin type: Ethereum 2.</summary>
    public const uint CoinType = 3600;

    /// <summary>The longest path that every device takes.</summary>
    public const int MaxDepth = 10;

    private readonly uint[] _indices;

    private ValidatorKeyPath(uint[] indices) => _indices = indices;

    /// <summary>All indices from the root, purpose first.</summary>
    public ReadOnlySpan<uint> Indices => _indices;

    /// <summary>The validator's index, where the path has one.</summary>
    public uint? ValidatorIndex => _indices.Length > 2 ? _indices[2] : null;

    /// <summary>m/12381/3600/<paramref name="index"/>/0/0.</summary>
    public static ValidatorKeyPath Signing(uint index) => new([Purpose, CoinType, index, 0, 0]);

    /// <summary>m/12381/3600/<paramref name="index"/>/0.</summary>
    public static ValidatorKeyPath Withdrawal(uint index) => new([Purpose, CoinType, index, 0]);

    /// <summary>Reads m/12381/3600/…; false for hardened, missing, too large or too many parts.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out ValidatorKeyPath? path) =>
        TryParse(text, out path, out _);

    /// <summary>Reads m/12381/3600/…, and says what is wrong with anything else, and where.</summary>
    /// <param name="text">The path.</param>
    /// <param name="path">The path when it is one.</param>
    /// <param name="refusal">What is wrong, as the end of "the path …", when it is none.</param>
    public static bool TryParse(
        [NotNullWhen(true)] string? text, [NotNullWhen(true)] out ValidatorKeyPath? path, [NotNullWhen(false)] out string? refusal)
    {
        path = null;
        string[] parts = (text ?? string.Empty).Split('/', MaxDepth + 2);
        uint[] indices = new uint[parts.Length - 1];
        refusal = parts[0] != "m" ? "must begin with m/"
            : parts.Length > MaxDepth + 1 ? $"has more than {MaxDepth} parts after m/"
            : null;
        for (int i = 0; i < indices.Length && refusal is null; i++)
        {
            refusal = Refusal(parts[i + 1], i, out indices[i]) is { } wrong ? $"{wrong} (part {i + 1} after m/)" : null;
        }

        if (refusal is null && indices.Length < 3)
        {
            refusal = $"ends too early: m/{Purpose}/{CoinType}/ and an index are the least";
        }

        path = refusal is null ? new ValidatorKeyPath(indices) : null;
        return refusal is null;
    }

    /// <inheritdoc/>
    public bool Equals(ValidatorKeyPath? other) => other is not null && Indices.SequenceEqual(other.Indices);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ValidatorKeyPath);

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

    /// <summary>m/12381/3600/…</summary>
    public override string ToString() => "m/" + string.Join('/', _indices);

    private static string? Refusal(string part, int place, out uint index)
    {
        // EIP-2334 has unhardened parts only, so there is no second way to write a number.
        bool isNumber = uint.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out index)
            && (part.Length == 1 || part[0] != '0');
        return part.Length == 0 ? "has an empty part"
            : part[^1] is '\'' or 'h' or 'H' ? "has a hardened part"
            : !isNumber ? "has a part that is no number below 2^32"
            : place == 0 && index != Purpose ? $"must have the purpose {Purpose}"
            : place == 1 && index != CoinType ? $"must have the coin type {CoinType}"
            : null;
    }
}
