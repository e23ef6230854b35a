using HwBridge.Core.People;
using HwBridge.Core.Secrets;

namespace HwBridge.Backups.Tests.Storage;

/// <summary>Is told what the device shows, and looks at the device for the rest.</summary>
internal sealed class TalkingPerson : IPerson
{
    public void Tell(string text) => Assert.That(text, Is.Not.Empty);

    public ValueTask<bool> ConfirmAsync(string question, CancellationToken cancellationToken) =>
        throw new AssertionException($"nothing is to be confirmed here: {question}");

    public ValueTask<SecretBuffer?> AskSecretAsync(SecretQuestion question, CancellationToken cancellationToken) =>
        throw new AssertionException($"no secret is to be asked here: {question.Prompt}");
}
