using HwBridge.Core.People;
using HwBridge.Core.Secrets;

namespace HwBridge.Bench.Exchange;

/// <summary>Nobody: nothing here is reviewed.</summary>
internal sealed class SilentPerson : IPerson
{
    public void Tell(string text) => throw new InvalidOperationException(text);

    public ValueTask<bool> ConfirmAsync(string question, CancellationToken cancellationToken) =>
        throw new InvalidOperationException(question);

    public ValueTask<SecretBuffer?> AskSecretAsync(SecretQuestion question, CancellationToken cancellationToken) =>
        throw new InvalidOperationException(question.Prompt);
}
