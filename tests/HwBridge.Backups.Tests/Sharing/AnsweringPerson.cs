using System.Text;
using HwBridge.Core.People;
using HwBridge.Core.Secrets;

namespace HwBridge.Backups.Tests.Sharing;

/// <summary>Types one answer after the other; declines when there are no more.</summary>
internal sealed class AnsweringPerson(params string[] answers) : IPerson
{
    internal List<string> Told { get; } = [];

    internal List<SecretQuestion> Asked { get; } = [];

    public void Tell(string text) => Told.Add(text);

    public ValueTask<bool> ConfirmAsync(string question, CancellationToken cancellationToken) => throw new AssertionException(question);

    public ValueTask<SecretBuffer?> AskSecretAsync(SecretQuestion question, CancellationToken cancellationToken)
    {
        Asked.Add(question);
        return ValueTask.FromResult(
            Asked.Count <= answers.Length ? SecretBuffer.CopyOf(Encoding.UTF8.GetBytes(answers[Asked.Count - 1])) : null);
    }
}
