namespace HwBridge.Core.Eip712;

/// <summary>A struct that typed data defines.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Fields">Its members, in order.</param>
public sealed record TypedDataStruct(string Name, IReadOnlyList<TypedDataField> Fields)
{
    /// <summary>The first part of encodeType: <c>Mail(Person from,string contents)</c>.</summary>
    public override string ToString() => $"{Name}({string.Join(',', Fields.Select(field => $"{field.Type.Name} {field.Name}"))})";
}
