namespace HwBridge.EndToEnd.Memory;

/// <summary>What a mapping of another process is, as far as the kernel tells.</summary>
internal enum MappingKind
{
    /// <summary>libsodium's guarded allocation: locked, left out of dumps, and between two pages that nobody may touch.</summary>
    Guarded,

    /// <summary>A thread's stack, or the stack that the program began with.</summary>
    Stack,

    /// <summary>What malloc manages.</summary>
    NativeHeap,

    /// <summary>What the collector manages: a piece of its one large reservation.</summary>
    ManagedHeap,

    /// <summary>A file's, of which something was changed.</summary>
    File,

    /// <summary>Any other.</summary>
    Anonymous,
}
