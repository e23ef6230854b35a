namespace HwBridge.Core.Json;

/// <summary>Reads the value under the cursor, an element of an array.</summary>
internal delegate T JsonElementReader<out T>(ref JsonCursor cursor);
