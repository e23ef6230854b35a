namespace HwBridge.Core.Eip712;

/// <summary>A struct that typed data defines.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Fields">Its members, in order.</param>
public sealed record TypedDataStruct(string Name, IReadOnlyList<TypedDataField> Fields)
{
    /// <summary>The first part of encodeType: <c>Mail(Person from,string contents)</c>.</summary>
    public override string ToString() => $"{Name}({string.Join(',', Fields.Select(field => $"{field.Type.Name} {field.Name}"))})";

    /// <summary>encodeType: a struct, then those that it refers to by name: <c>Mail(Person from,…)Person(string name,…)</c>.</summary>
    /// <param name="name">Which.</param>
    /// <param name="structs">It and all that it refers to.</param>
    public static string EncodeType(string name, IReadOnlyDictionary<string, TypedDataStruct> structs) => string.Concat(
        Referenced(name, structs).Skip(1).Order(StringComparer.Ordinal).Prepend(name).Select(referenced => structs[referenced]));

    /// <summary>A struct and all that it refers to, each once.</summary>
    internal static List<string> Referenced(string name, IReadOnlyDictionary<string, TypedDataStruct> structs)
    {
        List<string> found = [name];
        for (int i = 0; i < found.Count; i++)
        {
            found.AddRange(structs[found[i]].Fields
                .Select(field => field.Type.Base)
                .Where(type => type.Kind == TypedDataKind.Struct && structs.ContainsKey(type.Name) && !found.Contains(type.Name))
                .Select(type => type.Name)
                .Distinct());
        }

        return found;
    }
}
