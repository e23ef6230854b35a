using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;

namespace HwBridge.Backups.Files;

/// <summary>Reads whole files of a bounded size, with clear faults.</summary>
/// <remarks>
/// Pipes and devices may be read as well (<c>--expect &lt;(…)</c>); one that never answers is left alone when the token is cancelled.
/// </remarks>
public static class InputFile
{
    private const int FirstRead = 8192;

    /// <summary>The bytes of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxSize">In bytes; a larger file is refused without being read.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <exception cref="FaultException">
    /// <see cref="Fault.BadInput"/>: missing, a folder, forbidden or too large; <see cref="Fault.Io"/>: reading failed midway.
    /// </exception>
    public static Task<byte[]> ReadAsync(string path, int maxSize, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            using FileStream file = Open(path);
            byte[] buffer = new byte[StartSize(path, file, maxSize)];
            int length = 0;
            while (Fill(path, file, buffer, ref length, maxSize, cancellationToken))
            {
                Array.Resize(ref buffer, checked((int)Math.Min(2L * buffer.Length, maxSize + 1L)));
            }

            return buffer[..length];
        },
        cancellationToken).WaitAsync(cancellationToken);

    /// <summary>The bytes of a file that are secret, such as a password, straight into guarded memory.</summary>
    /// <inheritdoc cref="ReadAsync"/>
    public static async Task<SecretBuffer> ReadSecretAsync(string path, int maxSize, CancellationToken cancellationToken)
    {
        Task<SecretBuffer> reading = Task.Run(() => ReadSecret(path, maxSize, cancellationToken), cancellationToken);
        try
        {
            return await reading.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // A read that ends after all must not leave its secret behind.
            _ = reading.ContinueWith(
                static late => late.Result.Dispose(),
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnRanToCompletion | TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
            throw;
        }
    }

    private static SecretBuffer ReadSecret(string path, int maxSize, CancellationToken cancellationToken)
    {
        using FileStream file = Open(path);
        using SecretBuffer buffer = SecretBuffer.Allocate(maxSize + 1);
        int length = 0;
        Fill(path, file, buffer.Span, ref length, maxSize, cancellationToken);
        return SecretBuffer.CopyOf(buffer.Span[..length]);
    }

    private static int StartSize(string path, FileStream file, int maxSize)
    {
        // 0 for devices and /proc; one byte more than the size shows the end without another round.
        long size = file.CanSeek ? file.Length : 0;
        return size > maxSize ? throw TooLarge(path, maxSize) : (int)Math.Min(Math.Max(size, FirstRead), maxSize) + 1;
    }

    /// <summary>Reads until the end (false) or until the buffer is full (true).</summary>
    private static bool Fill(
        string path,
        FileStream file,
        Span<byte> buffer,
        ref int length,
        int maxSize,
        CancellationToken cancellationToken)
    {
        while (length < buffer.Length)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int count;
            try
            {
                count = file.Read(buffer[length..]);
            }
            catch (IOException exception)
            {
                string cause = $"{path}: reading failed: {exception.Message}";
                throw new FaultException(Fault.Io, cause, "Check the disk or the other end of the pipe.", exception);
            }

            if (count == 0)
            {
                return false;
            }

            length += count;
            if (length > maxSize)
            {
                throw TooLarge(path, maxSize);
            }
        }

        return true;
    }

    /// <summary>Opens a file for reading, without a buffer.</summary>
    /// <exception cref="FaultException"><see cref="Fault.BadInput"/>: missing, a folder, or forbidden.</exception>
    internal static FileStream Open(string path)
    {
        try
        {
            if (Directory.Exists(path))
            {
                throw new FaultException(Fault.BadInput, $"{path}: is a folder where a file was expected", "Name the file.");
            }

            // Without a buffer of its own, which would keep a copy of a secret.
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new FaultException(Fault.BadInput, $"{path}: there is no such file", "Check the name and the folder.", exception);
        }
        catch (UnauthorizedAccessException exception)
        {
            string cause = $"{path}: the system forbids reading it";
            throw new FaultException(Fault.BadInput, cause, "Check the owner and the mode of the file (ls -l).", exception);
        }
        catch (Exception exception) when (exception is IOException or ArgumentException or NotSupportedException)
        {
            throw new FaultException(Fault.BadInput, $"{path}: it can't be opened: {exception.Message}", "Check the name.", exception);
        }
    }

    private static FaultException TooLarge(string path, int maxSize) =>
        new(Fault.BadInput, $"{path}: is larger than such a file ever is (limit {maxSize:N0} bytes)", "Check that it is the right file.");
}
