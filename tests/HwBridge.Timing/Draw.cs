namespace HwBridge.Timing;

/// <summary>Writes an input of one of two classes.</summary>
internal delegate void Draw(Span<byte> input, bool second);
