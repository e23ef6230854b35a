using HwBridge.Core.People;
using HwBridge.Core.Secrets;

/// <summary>Passes on what the library wants to tell; has no terminal to ask secrets at.</summary>
internal sealed class SamplePerson : IPerson
{
    public void Tell(string text) => Console.Error.WriteLine(text);

    public ValueTask<bool> ConfirmAsync(string question, CancellationToken cancellationToken) => ValueTask.FromResult(false);

    public ValueTask<SecretBuffer?> AskSecretAsync(
        SecretQuestion question,
        CancellationToken cancellationToken) => ValueTask.FromResult<SecretBuffer?>(null);
}
