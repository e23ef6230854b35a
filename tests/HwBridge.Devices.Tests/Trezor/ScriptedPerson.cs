using System.Text;
using HwBridge.Core.People;
using HwBridge.Core.Secrets;

namespace HwBridge.Devices.Tests.Trezor;

/// <summary>A person who gives prepared answers and remembers what was said.</summary>
internal sealed class ScriptedPerson(params string?[] secrets) : IPerson
{
    private readonly Queue<string?> _secrets = new(secrets);

    internal List<string> Told { get; } = [];

    internal List<SecretQuestion> Questions { get; } = [];

    /// <summary>Called with each text and prompt.</summary>
    internal Action<string> Listening { get; set; } = static _ => { };

    public void Tell(string text)
    {
        Told.Add(text);
        Listening(text);
    }

    public ValueTask<bool> ConfirmAsync(string question, CancellationToken cancellationToken) => throw new NotSupportedException(question);

    public ValueTask<SecretBuffer?> AskSecretAsync(SecretQuestion question, CancellationToken cancellationToken)
    {
        Listening(question.Prompt);
        cancellationToken.ThrowIfCancellationRequested();
        Questions.Add(question);
        string? secret = _secrets.Count > 0
            ? _secrets.Dequeue()
            : throw new InvalidOperationException("asked once too often: " + question.Prompt);
        return ValueTask.FromResult(secret is null ? null : SecretBuffer.CopyOf(Encoding.UTF8.GetBytes(secret)));
    }
}
