namespace HwBridge.Protocols.Age;

/// <summary>Fills <paramref name="destination"/> with what stands at <paramref name="offset"/>; called by several threads at once.</summary>
/// <param name="offset">In bytes, from the start of what is read.</param>
/// <param name="destination">Is filled to its end.</param>
public delegate void PayloadReader(long offset, Span<byte> destination);
