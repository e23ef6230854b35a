namespace HwBridge.Backups.Files;

/// <summary>The steps of <see cref="AtomicFile"/> at which it can be stopped.</summary>
internal enum AtomicFileStep
{
    Create,
    Write,
    Flush,
    Verify,
    Rename,
    Unlink,
    FlushFolder,
}
