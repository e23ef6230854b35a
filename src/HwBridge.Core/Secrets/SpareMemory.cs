namespace HwBridge.Core.Secrets;

/// <summary>
/// Guarded memory kept for the next buffer of the same size: to map, guard and lock it anew takes a dozen system calls, and key derivation
/// needs it by the thousand. Wiped, and nobody may touch it meanwhile: a span that outlives its buffer still ends the process.
/// </summary>
internal static unsafe class SpareMemory
{
    private const int MaximumCount = 16;
    private const int MaximumLength = 32 << 10;

    private static readonly Lock Guard = new();

    // The one that was given back last stands last.
    private static readonly List<(int Length, nint Address)> Spares = [];

    /// <summary>Gives one of exactly this length, all zero.</summary>
    internal static bool TryTake(int length, out nint address)
    {
        lock (Guard)
        {
            int index = Spares.FindLastIndex(spare => spare.Length == length);
            if (index < 0)
            {
                address = 0;
                return false;
            }

            address = Spares[index].Address;
            Spares.RemoveAt(index);
        }

        if (Sodium.sodium_mprotect_readwrite((void*)address) == 0)
        {
            return true;
        }

        Sodium.sodium_free((void*)address);
        return false;
    }

    /// <summary>Takes back one that was wiped; false when it is to be freed. One too many drives out the oldest.</summary>
    internal static bool TryKeep(int length, nint address)
    {
        if (length is 0 or > MaximumLength || Sodium.sodium_mprotect_noaccess((void*)address) != 0)
        {
            return false;
        }

        lock (Guard)
        {
            Spares.Add((length, address));
            if (Spares.Count > MaximumCount)
            {
                Sodium.sodium_free((void*)Spares[0].Address);
                Spares.RemoveAt(0);
            }

            return true;
        }
    }

    /// <summary>Gives everything back to the system: what may be locked is limited, and others need it.</summary>
    internal static void Release()
    {
        lock (Guard)
        {
            Spares.ForEach(static spare => Sodium.sodium_free((void*)spare.Address));
            Spares.Clear();
        }
    }
}
