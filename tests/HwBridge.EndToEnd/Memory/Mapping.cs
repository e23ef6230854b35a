namespace HwBridge.EndToEnd.Memory;

/// <summary>A run of pages of one readable mapping of a stopped process, and what was in it.</summary>
/// <param name="Start">Its first address.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Name">The kernel's name for it; may be empty.</param>
/// <param name="StackPointer">For a thread's stack, where the thread stood: what lies below it is dead. Otherwise 0.</param>
/// <param name="Content">Its bytes.</param>
internal sealed record Mapping(ulong Start, MappingKind Kind, string Name, ulong StackPointer, byte[] Content)
{
    // What a function that calls no other may use below the stack pointer (System V ABI).
    private const int RedZone = 128;

    /// <summary>Words for a place in it.</summary>
    internal string Describe(int offset) => Kind switch
    {
        MappingKind.Guarded => "guarded",
        MappingKind.Stack when Start + (ulong)offset + RedZone < StackPointer => "stack, dead",
        MappingKind.Stack => $"stack, live, at {Name}",
        MappingKind.NativeHeap => "native heap",
        MappingKind.ManagedHeap => "managed heap",
        MappingKind.File => $"data of {Path.GetFileName(Name)}",
        _ => Name.Length == 0 ? "anonymous" : Name,
    };
}
