using System.Globalization;

namespace HwBridge.EndToEnd.Memory;

/// <summary>A copy, or a part of one, in a process's memory.</summary>
/// <param name="Needle">What was found.</param>
/// <param name="Mapping">Where.</param>
/// <param name="Offset">At which byte of the mapping.</param>
/// <param name="From">The first byte of the needle that is there.</param>
/// <param name="Length">How many bytes of it are.</param>
internal sealed record Finding(Needle Needle, Mapping Mapping, int Offset, int From, int Length)
{
    internal ulong Address => Mapping.Start + (ulong)Offset;

    internal bool IsGuarded => Mapping.Kind == MappingKind.Guarded;

    internal string Place => Mapping.Describe(Offset);

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Needle.Secret.Name} ({Needle.Form}, {Length} of {Needle.Bytes.Length} bytes from {From}) in {Place} at {Address:x}");
}
