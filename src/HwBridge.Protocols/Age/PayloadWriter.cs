namespace HwBridge.Protocols.Age;

/// <summary>Takes what belongs at <paramref name="offset"/>; called by several threads at once, and not in order.</summary>
/// <param name="offset">In bytes, from the start of what is written.</param>
/// <param name="source">All of it is written; valid until the call returns.</param>
public delegate void PayloadWriter(long offset, ReadOnlySpan<byte> source);
