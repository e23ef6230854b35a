using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using HwBridge.Core.Secrets;

namespace HwBridge.Protocols.Age;

/// <summary>
/// Payloads of any size on all cores, in bounded memory: each thread takes the next few chunks, whose plaintext stands in guarded memory of
/// 256 KiB and nowhere else. Where bytes come from and go to is the caller's.
/// </summary>
public static class PayloadPipeline
{
    internal const int ChunksAtOnce = 4;

    /// <summary>Guarded memory is locked, and what may be locked is little (8 MiB as a rule).</summary>
    private const int MaxThreads = 8;

    /// <summary>Encrypts a payload.</summary>
    /// <param name="fileKey">16 bytes.</param>
    /// <param name="nonce">16 bytes, random for each file; it stands at the start of what is written.</param>
    /// <param name="length">Of the plaintext, in bytes.</param>
    /// <param name="plaintext">Gives the plaintext.</param>
    /// <param name="encrypted">Takes the payload, nonce included.</param>
    /// <param name="digest">Is fed the payload from its first to its last byte; null for none.</param>
    /// <param name="cancellationToken">Looked at every few chunks.</param>
    public static void Encrypt(
        SecretBuffer fileKey,
        ReadOnlySpan<byte> nonce,
        long length,
        PayloadReader plaintext,
        PayloadWriter encrypted,
        IncrementalHash? digest,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plaintext);
        ArgumentNullException.ThrowIfNull(encrypted);
        using AgePayload payload = new(fileKey, nonce);
        encrypted(0, nonce);
        digest?.AppendData(nonce);
        Turns turns = new(length, cancellationToken);
        turns.Run((piece, plain, cipher) =>
        {
            (long offset, int size, bool last) = Piece(piece, length);
            Span<byte> source = plain[..size];
            plaintext(offset, source);
            int written = 0;
            for (long chunk = piece * ChunksAtOnce; written == 0 || !source.IsEmpty; chunk++)
            {
                int count = Math.Min(AgePayload.ChunkSize, source.Length);
                payload.Encrypt(chunk, source[..count], last && count == source.Length, cipher.Slice(written, count + AgePayload.TagSize));
                source = source[count..];
                written += count + AgePayload.TagSize;
            }

            if (digest is not null)
            {
                turns.Await(piece);
                digest.AppendData(cipher[..written]);
                turns.Pass(piece);
            }

            encrypted(AgePayload.NonceSize + (piece * ChunksAtOnce * AgePayload.EncryptedChunkSize), cipher[..written]);
        });
    }

    /// <summary>Decrypts a payload. What was written must not be used unless this returns: until then its end may be missing.</summary>
    /// <param name="fileKey">16 bytes.</param>
    /// <param name="length">Of the payload, nonce included, in bytes.</param>
    /// <param name="encrypted">Gives the payload.</param>
    /// <param name="plaintext">Takes the plaintext.</param>
    /// <param name="cancellationToken">Looked at every few chunks.</param>
    /// <exception cref="Core.Faults.FaultException">As <see cref="AgePayload.PlaintextLength"/> and <see cref="AgePayload.Decrypt"/>.</exception>
    public static void Decrypt(
        SecretBuffer fileKey, long length, PayloadReader encrypted, PayloadWriter plaintext, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(plaintext);
        using PayloadDecryption decryption = new(fileKey, length, encrypted);
        new Turns(decryption.PlaintextLength, cancellationToken).Run((piece, plain, cipher) =>
        {
            (long offset, int size, _) = Piece(piece, decryption.PlaintextLength);
            decryption.Read(offset, plain[..size], cipher);
            plaintext(offset, plain[..size]);
        });
    }

    /// <summary>An empty payload has one chunk too.</summary>
    private static long Pieces(long length) =>
        Math.Max(1, (length + (ChunksAtOnce * AgePayload.ChunkSize) - 1) / (ChunksAtOnce * AgePayload.ChunkSize));

    private static (long Offset, int Size, bool Last) Piece(long piece, long length)
    {
        long offset = piece * ChunksAtOnce * AgePayload.ChunkSize;
        int size = (int)Math.Min(ChunksAtOnce * AgePayload.ChunkSize, length - offset);
        return (offset, size, offset + size == length);
    }

    private delegate void Work(long piece, Span<byte> plaintext, Span<byte> cipher);

    /// <summary>Threads that take pieces in order, work on them side by side, and take turns where order matters.</summary>
    private sealed class Turns(long length, CancellationToken cancellationToken)
    {
        private readonly long _pieces = Pieces(length);
        private readonly object _gate = new();
        private long _next = -1;
        private long _turn;
        private ExceptionDispatchInfo? _failure;

        internal void Run(Work work)
        {
            int threads = (int)Math.Min(_pieces, Math.Min(Environment.ProcessorCount, MaxThreads));
            Task[] others = new Task[threads - 1];
            for (int i = 0; i < others.Length; i++)
            {
                others[i] = Task.Factory.StartNew(
                    () => Take(work), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            }

            Take(work);
            Task.WaitAll(others, CancellationToken.None);
            _failure?.Throw();
        }

        /// <summary>Waits until every piece before this one has passed.</summary>
        internal void Await(long piece)
        {
            lock (_gate)
            {
                while (_turn != piece && _failure is null)
                {
                    Monitor.Wait(_gate);
                }

                // Another's failure is what the caller hears; this one only stops.
                if (_failure is not null)
                {
                    throw new OperationCanceledException();
                }
            }
        }

        internal void Pass(long piece)
        {
            lock (_gate)
            {
                _turn = piece + 1;
                Monitor.PulseAll(_gate);
            }
        }

        private void Take(Work work)
        {
            try
            {
                using SecretBuffer plaintext = SecretBuffer.Allocate((int)Math.Min(length, ChunksAtOnce * AgePayload.ChunkSize));
                byte[] cipher = new byte[ChunksAtOnce * AgePayload.EncryptedChunkSize];
                long piece;
                while ((piece = Interlocked.Increment(ref _next)) < _pieces && Volatile.Read(ref _failure) is null)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    work(piece, plaintext.Span, cipher);
                }
            }
            catch (Exception failure)
            {
                lock (_gate)
                {
                    _failure ??= ExceptionDispatchInfo.Capture(failure);
                    Monitor.PulseAll(_gate);
                }
            }
        }
    }
}
