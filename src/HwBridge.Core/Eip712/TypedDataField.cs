namespace HwBridge.Core.Eip712;

/// <summary>A member of a struct.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type.</param>
public sealed record TypedDataField(string Name, TypedDataType Type);
