using System.Globalization;

namespace HwBridge.Core.ExpectedKeys;

/// <summary>Where an expected key was read.</summary>
/// <param name="File">The file, as the person named it.</param>
/// <param name="Line">The line in it, from 1; null where the file is about one key.</param>
public sealed record KeySource(string File, int? Line)
{
    /// <summary>File, or file:line.</summary>
    public override string ToString() => Line is { } line ? string.Create(CultureInfo.InvariantCulture, $"{File}:{line}") : File;
}
