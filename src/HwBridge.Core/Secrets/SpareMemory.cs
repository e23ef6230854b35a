namespace HwBridge.Core.Secrets;

/// <summary>
/// Guarded memory kept for the next buffer of the same size: to map, guard and lock it anew takes a dozen system calls, and key derivation
/// needs it by the thousand. Wiped, and nobody may touch it meanwhile: a span that outlives its buffer still ends the process.
/// </summary>
internal static unsafe class SpareMemory
{
    private const int MaximumCount = 64;
    private const int MaximumCountOfALength = 4;
    private const int MaximumLength = 32 << 10;

    private static readonly Lock Guard = new();
    private static readonly Dictionary<int, Stack<nint>> Spares = [];
    private static int _count;

    /// <summary>Gives one of exactly this length, all zero.</summary>
    internal static bool TryTake(int length, out nint address)
    {
        lock (Guard)
        {
            address = 0;
            if (!Spares.TryGetValue(length, out Stack<nint>? spares) || !spares.TryPop(out address))
            {
                return false;
            }

            _count--;
        }

        if (Sodium.sodium_mprotect_readwrite((void*)address) == 0)
        {
            return true;
        }

        Sodium.sodium_free((void*)address);
        return false;
    }

    /// <summary>Takes back one that was wiped; false when it is to be freed.</summary>
    internal static bool TryKeep(int length, nint address)
    {
        if (length is 0 or > MaximumLength || Sodium.sodium_mprotect_noaccess((void*)address) != 0)
        {
            return false;
        }

        lock (Guard)
        {
            if (!Spares.TryGetValue(length, out Stack<nint>? spares))
            {
                Spares.Add(length, spares = new Stack<nint>());
            }

            if (_count == MaximumCount || spares.Count == MaximumCountOfALength)
            {
                return false;
            }

            spares.Push(address);
            _count++;
            return true;
        }
    }

    /// <summary>Gives everything back to the system: what may be locked is limited, and others need it.</summary>
    internal static void Release()
    {
        lock (Guard)
        {
            foreach (nint address in Spares.Values.SelectMany(spares => spares))
            {
                Sodium.sodium_free((void*)address);
            }

            Spares.Clear();
            _count = 0;
        }
    }
}
