using HwBridge.Core.People;
using HwBridge.Core.Secrets;

namespace HwBridge.Backups.Tests;

/// <summary>Remembers what it is told; must not be asked anything.</summary>
internal sealed class RecordingPerson : IPerson
{
    internal List<string> Told { get; } = [];

    public void Tell(string text) => Told.Add(text);

    public ValueTask<bool> ConfirmAsync(string question, CancellationToken cancellationToken) =>
        throw new AssertionException($"nothing is to be confirmed here: {question}");

    public ValueTask<SecretBuffer?> AskSecretAsync(SecretQuestion question, CancellationToken cancellationToken) =>
        throw new AssertionException($"no secret is to be asked here: {question.Prompt}");
}
