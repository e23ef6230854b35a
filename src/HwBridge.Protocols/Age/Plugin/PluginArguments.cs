namespace HwBridge.Protocols.Age.Plugin;

/// <summary>What both requests of the age program have in common.</summary>
internal static class PluginArguments
{
    internal static void AddTo(List<string> texts, PluginStanzaReader stanza)
    {
        if (stanza.Arguments.Count != 1)
        {
            throw PluginFault.Broken($"{stanza.Type} with {stanza.Arguments.Count} arguments instead of 1");
        }

        RequireRoom(texts.Count, IdentityRequest.MaxItems, "recipients or identities");
        texts.Add(stanza.Arguments[0]);
    }

    internal static void RequireRoom(int count, int limit, string what)
    {
        if (count == limit)
        {
            throw PluginFault.Broken($"more than {limit} {what}");
        }
    }
}
