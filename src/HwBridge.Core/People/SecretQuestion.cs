namespace HwBridge.Core.People;

/// <summary>A question whose answer is secret.</summary>
/// <param name="Kind">What is asked for.</param>
/// <param name="Prompt">One line for the person, naming the device or file.</param>
/// <param name="Attempt">1 for the first time; more after a wrong answer.</param>
/// <param name="Repeat">Ask twice and compare (a new password).</param>
public sealed record SecretQuestion(SecretKind Kind, string Prompt, int Attempt = 1, bool Repeat = false);
