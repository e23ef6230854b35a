using HwBridge.Core.Secrets;

namespace HwBridge.Core.People;

/// <summary>How the program reaches the person: a terminal, the bridge, an age plugin or a test.</summary>
public interface IPerson
{
    /// <summary>Says something that needs no answer, such as "look at the device".</summary>
    void Tell(string text);

    /// <summary>Asks a question; false is no. For hosts of these libraries: the commands ask the device's screen instead.</summary>
    ValueTask<bool> ConfirmAsync(string question, CancellationToken cancellationToken);

    /// <summary>Asks for a secret without echo; null when the person declines or nobody can be asked.</summary>
    /// <returns>UTF-8 bytes as typed; the caller disposes them.</returns>
    ValueTask<SecretBuffer?> AskSecretAsync(SecretQuestion question, CancellationToken cancellationToken);
}
