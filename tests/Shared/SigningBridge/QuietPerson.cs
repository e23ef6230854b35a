using System.Collections.Concurrent;
using System.Threading.Channels;
using HwBridge.Core.People;
using HwBridge.Core.Secrets;

namespace HwBridge.Shared.SigningBridge;

/// <summary>Keeps what it is told, and answers nothing.</summary>
internal sealed class QuietPerson : IPerson
{
    private readonly ConcurrentQueue<string> _told = new();
    private readonly Channel<string> _changed = Channel.CreateUnbounded<string>();

    internal IReadOnlyCollection<string> Told => _told;

    public void Tell(string text)
    {
        _told.Enqueue(text);
        _changed.Writer.TryWrite(text);
    }

    /// <summary>Waits until something that begins so is told.</summary>
    internal async Task WaitForAsync(string start)
    {
        using CancellationTokenSource patience = new(TestBridge.Patience);
        while (!(await _changed.Reader.ReadAsync(patience.Token)).StartsWith(start, StringComparison.Ordinal))
        {
            // The next one.
        }
    }

    public ValueTask<bool> ConfirmAsync(string question, CancellationToken cancellationToken) => ValueTask.FromResult(false);

    public ValueTask<SecretBuffer?> AskSecretAsync(SecretQuestion question, CancellationToken cancellationToken) =>
        ValueTask.FromResult<SecretBuffer?>(null);
}
