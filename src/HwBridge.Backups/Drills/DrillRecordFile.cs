using HwBridge.Backups.Files;
using HwBridge.Core.Faults;

namespace HwBridge.Backups.Drills;

/// <summary>The record of drills on the disk: the file <c>drills</c> in a folder of its owner alone.</summary>
/// <remarks>
/// A change is read, made and written whole (<see cref="AtomicFile"/>) under a lock on <c>drills.lock</c>: two programs at once
/// lose nothing, and after a power cut the record is the old one or the new one.
/// </remarks>
public sealed class DrillRecordFile(string folder)
{
    private const string Name = "drills";

    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(20);

    /// <summary>Where it is.</summary>
    public string Path { get; } = System.IO.Path.Combine(folder, Name);

    /// <summary>The record; null where there is none.</summary>
    /// <exception cref="FaultException"><see cref="Fault.BadInput"/>: damaged, or forbidden; <see cref="Fault.Io"/>.</exception>
    public async Task<DrillRecord?> ReadAsync(CancellationToken cancellationToken)
    {
        if (!System.IO.Path.Exists(Path))
        {
            return null;
        }

        byte[] bytes = await InputFile.ReadAsync(Path, maxSize: 16 * DrillRecordCodec.Size, cancellationToken).ConfigureAwait(false);
        return DrillRecordCodec.Read(bytes, Path);
    }

    /// <summary>Notes one drill; begins a record where there is none.</summary>
    /// <param name="subject">What was drilled.</param>
    /// <param name="matched">Whether it restored every expected key.</param>
    /// <param name="today">The day, UTC.</param>
    /// <param name="cancellationToken">Stops the wait for the lock.</param>
    /// <returns>The entry's fingerprint.</returns>
    /// <exception cref="FaultException">
    /// <see cref="Fault.BadInput"/>: the record is damaged, and is left as it is; <see cref="Fault.Io"/>: it is full, can't be
    /// written, or another program keeps its lock.
    /// </exception>
    public async Task<DrillId> NoteAsync(DrillSubject subject, bool matched, DateOnly today, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(subject);
        DrillId id = default;
        await ChangeAsync(
            record =>
            {
                record ??= DrillRecord.New(today);
                id = subject.IdIn(record.Salt);
                return record.With(id, matched, today);
            },
            cancellationToken).ConfigureAwait(false);
        return id;
    }

    /// <summary>Takes an entry out, of a backup that is no more.</summary>
    /// <param name="prefix">The first digits of its fingerprint.</param>
    /// <param name="today">The day, UTC.</param>
    /// <param name="cancellationToken">Stops the wait for the lock.</param>
    /// <returns>What the record said of it.</returns>
    /// <exception cref="FaultException"><see cref="Fault.Usage"/>: there is not exactly one; as <see cref="NoteAsync"/>.</exception>
    public async Task<DrillEntry> ForgetAsync(string prefix, DateOnly today, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        DrillEntry? forgotten = null;
        await ChangeAsync(
            record => (record ?? DrillRecord.New(today)).Without(prefix, today, out forgotten),
            cancellationToken).ConfigureAwait(false);
        return forgotten!;
    }

    private async Task ChangeAsync(Func<DrillRecord?, DrillRecord> change, CancellationToken cancellationToken)
    {
        MakeFolder();
        using FileStream held = await LockAsync(cancellationToken).ConfigureAwait(false);
        RemoveLeftovers();
        DrillRecord changed = change(await ReadAsync(cancellationToken).ConfigureAwait(false));
        AtomicFile.Write(Path, DrillRecordCodec.Write(changed), overwrite: true, cancellationToken);
    }

    /// <summary>The system frees the lock of a program that dies; the file stays, since removing it would let two hold one each.</summary>
    private async Task<FileStream> LockAsync(CancellationToken cancellationToken)
    {
        string path = $"{Path}.lock";
        FileStreamOptions options = new()
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        long begun = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(path, options);
            }
            catch (UnauthorizedAccessException exception)
            {
                throw new FaultException(Fault.Io, $"{path}: {exception.Message}", "Check the owner and the mode of its folder.", exception);
            }
            catch (IOException exception) when (TimeProvider.System.GetElapsedTime(begun) > LockPatience)
            {
                throw new FaultException(
                    Fault.Io, $"{path}: {exception.Message}", "Wait for the other hwbridge to end, then run it again.", exception);
            }
            catch (IOException)
            {
                // Another program writes, for a few milliseconds. No event tells when it is done.
                await Task.Delay(LockPause, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>What a power cut left of an earlier change; nobody else writes now.</summary>
    private void RemoveLeftovers() => Guard(() =>
    {
        foreach (string leftover in Directory.EnumerateFiles(folder, $".{Name}.*.tmp"))
        {
            File.Delete(leftover);
        }
    });

    private void MakeFolder() => Guard(() =>
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    });

    private void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new FaultException(
                Fault.Io, $"{folder}: {exception.Message}", "Set XDG_STATE_HOME to a folder that can be written.", exception);
        }
    }
}
