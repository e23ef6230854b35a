namespace HwBridge.EndToEnd.Memory;

/// <summary>One form of a secret.</summary>
/// <param name="Secret">Whose.</param>
/// <param name="Form">Which.</param>
/// <param name="Bytes">The form.</param>
/// <param name="Least">How many of its bytes in a row count as found; at least 8.</param>
internal sealed record Needle(Secret Secret, string Form, byte[] Bytes, int Least);
