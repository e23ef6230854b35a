using Microsoft.Win32.SafeHandles;

namespace HwBridge.Backups.Files;

/// <summary>Writes the content of an <see cref="AtomicFile"/>.</summary>
/// <param name="file">New and empty.</param>
/// <param name="content">What to write.</param>
/// <param name="before">Is told <see cref="AtomicFileStep.Write"/> before each part; it throws when the work is to stop.</param>
internal delegate void AtomicFileFill<TContent>(SafeFileHandle file, TContent content, Action<AtomicFileStep> before)
    where TContent : allows ref struct;
