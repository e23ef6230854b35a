using System.Collections.Concurrent;
using HwBridge.Core.People;
using HwBridge.Core.Secrets;

namespace HwBridge.Devices.Tests.Ledger;

/// <summary>Remembers what it was told; a Ledger never asks it anything.</summary>
internal sealed class ListeningPerson(Action<string>? onTell = null) : IPerson
{
    private readonly ConcurrentQueue<string> _told = new();

    internal string[] Told => [.. _told];

    public void Tell(string text)
    {
        _told.Enqueue(text);
        onTell?.Invoke(text);
    }

    public ValueTask<bool> ConfirmAsync(string question, CancellationToken cancellationToken) =>
        throw new AssertionException($"asked to confirm: {question}");

    public ValueTask<SecretBuffer?> AskSecretAsync(SecretQuestion question, CancellationToken cancellationToken) =>
        throw new AssertionException($"asked for a secret: {question}");
}
