namespace HwBridge.Core.KeyStores;

/// <summary>What a device says of the words that it was given.</summary>
/// <param name="IsMatch">True for the words of its own seed; false for those of another one, and for words that make no seed.</param>
/// <param name="Said">Its own sentence, printable ASCII; devices tell different reasons for a no only here. May be empty.</param>
public sealed record SeedVerdict(bool IsMatch, string Said);
