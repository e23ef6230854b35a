namespace HwBridge.EndToEnd.AgePlugin;

/// <summary>A stanza as this test's own age program reads it.</summary>
internal sealed record PluginStanza(string Type, IReadOnlyList<string> Arguments, byte[] Body)
{
    internal string Text => System.Text.Encoding.UTF8.GetString(Body);

    public override string ToString() => $"{Type} {string.Join(' ', Arguments)}: {Text}";
}
