using HwBridge.Core.Secrets;

namespace HwBridge.Protocols.Age.Plugin;

/// <summary>Writes a plugin's commands as the age program reads them.</summary>
public static class PluginStanzaWriter
{
    /// <summary>Appends one stanza.</summary>
    /// <param name="text">Guarded memory, since a body may be a file key.</param>
    /// <param name="type">The command.</param>
    /// <param name="arguments">Its arguments: each one or more printable ASCII characters without spaces.</param>
    /// <param name="body">Any bytes.</param>
    public static void Write(SecretWriter text, string type, IReadOnlyList<string> arguments, ReadOnlySpan<byte> body)
    {
        ArgumentNullException.ThrowIfNull(text);
        AgeStanza.RequireArguments(type, arguments);
        AgeStanzaCodec.Write(text, type, arguments, body);
    }

    /// <summary>A text as an argument, as <c>confirm</c> wants its choices: base64 of UTF-8.</summary>
    public static string Argument(string text) => AgeBase64.ToText(System.Text.Encoding.UTF8.GetBytes(text));
}
