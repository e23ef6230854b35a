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
    public static bool TryParse(string? text, [NotNullWhen(true)] out ValidatorKeyPath? path)
    {
        path = null;
        string[] parts = (text ?? string.Empty).Split('/', MaxDepth + 2);
        if (parts.Length is < 4 or > MaxDepth + 1 || parts[0] != "m")
        {
            return false;
        }

        uint[] indices = new uint[parts.Length - 1];
        for (int i = 0; i < indices.Length; i++)
        {
            string part = parts[i + 1];
            bool isNumber = uint.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out indices[i]);
            if (!isNumber || (part.Length > 1 && part[0] == '0'))
            {
                return false;
            }
        }

        if (indices[0] != Purpose || indices[1] != CoinType)
        {
            return false;
        }

        path = new ValidatorKeyPath(indices);
        return true;
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
}
