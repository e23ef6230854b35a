using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace HwBridge.EndToEnd.Memory;

/// <summary>Finds any part of any secret, in any of its forms, at any address of an image.</summary>
/// <remarks>
/// Each eight bytes in a row of each needle are a window. A table of bits tells for nearly every address, in one look, that no window
/// stands there; what is left is compared byte by byte, and counts when enough bytes of the needle stand in a row.
/// </remarks>
internal sealed class SecretSearch
{
    private const int Window = sizeof(ulong);
    private const int TableBits = 22;

    private readonly Dictionary<ulong, List<(Needle Needle, int From)>> _windows = [];
    private readonly ulong[] _table = new ulong[1 << (TableBits - 6)];

    internal SecretSearch(IEnumerable<Secret> secrets)
    {
        foreach (Needle needle in secrets.SelectMany(secret => secret.Needles))
        {
            for (int from = 0; from + Window <= needle.Bytes.Length; from++)
            {
                ulong window = MemoryMarshal.Read<ulong>(needle.Bytes.AsSpan(from));
                if (!_windows.TryGetValue(window, out List<(Needle, int)>? places))
                {
                    _windows.Add(window, places = []);
                }

                places.Add((needle, from));
                _table[Hash(window) >> 6] |= 1UL << (Hash(window) & 63);
            }
        }
    }

    /// <summary>How many different parts are looked for.</summary>
    internal int Windows => _windows.Count;

    /// <summary>Everything that is there.</summary>
    internal IReadOnlyList<Finding> In(MemoryImage image) => [.. image.Mappings.SelectMany(In)];

    /// <summary>The same for bytes that are no process's memory.</summary>
    internal IReadOnlyList<Finding> In(string name, byte[] bytes) => In(new Mapping(0, MappingKind.File, name, 0, bytes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Hash(ulong window) => (int)((window * 0x9e37_79b9_7f4a_7c15) >> (64 - TableBits));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private List<Finding> In(Mapping mapping)
    {
        List<Finding> findings = [];
        HashSet<(Needle, int)> seen = [];
        ReadOnlySpan<byte> content = mapping.Content;
        ulong[] table = _table;
        for (int i = 0; i + Window <= content.Length; i++)
        {
            ulong window = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref MemoryMarshal.GetReference(content), i));
            if (window == 0)
            {
                // Most memory is empty, and no needle has eight zeros in a row.
                i += Window - 1;
                continue;
            }

            int hash = Hash(window);
            bool isCandidate = ((table[hash >> 6] >> (hash & 63)) & 1) != 0;
            if (isCandidate && _windows.TryGetValue(window, out List<(Needle Needle, int From)>? places))
            {
                foreach ((Needle needle, int from) in places)
                {
                    Look(mapping, i, needle, from, seen, findings);
                }
            }
        }

        return findings;
    }

    private static void Look(Mapping mapping, int offset, Needle needle, int from, HashSet<(Needle, int)> seen, List<Finding> findings)
    {
        ReadOnlySpan<byte> content = mapping.Content;
        int first = from;
        int start = offset;
        while (first > 0 && start > 0 && needle.Bytes[first - 1] == content[start - 1])
        {
            first--;
            start--;
        }

        int length = content[start..].CommonPrefixLength(needle.Bytes.AsSpan(first));
        if (length >= needle.Least && seen.Add((needle, start - first)))
        {
            findings.Add(new Finding(needle, mapping, start, first, length));
        }
    }
}
