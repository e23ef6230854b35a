namespace HwBridge.Protocols.Age;

/// <summary>One recipient's part of a header: <c>-&gt; TYPE ARGUMENT…</c> and a body (age specification § Recipient stanza).</summary>
public sealed class AgeStanza
{
    /// <summary>A stanza of checked parts.</summary>
    /// <param name="type">The first argument.</param>
    /// <param name="arguments">The others.</param>
    /// <param name="body">Any bytes, never a secret in the clear.</param>
    /// <exception cref="ArgumentException">An argument is empty or has other than printable ASCII characters without the space.</exception>
    public AgeStanza(string type, IReadOnlyList<string> arguments, ReadOnlyMemory<byte> body)
    {
        RequireArguments(type, arguments);
        Type = type;
        Arguments = arguments;
        Body = body;
    }

    /// <summary>The first argument, such as <c>X25519</c>.</summary>
    public string Type { get; }

    /// <summary>The arguments after the type.</summary>
    public IReadOnlyList<string> Arguments { get; }

    /// <summary>The decoded body.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    internal static void RequireArguments(string type, IReadOnlyList<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(type);
        ArgumentNullException.ThrowIfNull(arguments);
        foreach (string argument in arguments.Prepend(type))
        {
            if (argument.Length == 0 || argument.AsSpan().ContainsAnyExceptInRange('!', '~'))
            {
                throw new ArgumentException("an argument of a stanza is one or more printable ASCII characters without spaces");
            }
        }
    }
}
