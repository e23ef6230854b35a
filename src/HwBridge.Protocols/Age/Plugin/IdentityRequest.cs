using System.Globalization;
using HwBridge.Core.Faults;

namespace HwBridge.Protocols.Age.Plugin;

/// <summary>The first phase of <c>identity-v1</c>: the identities, and the stanzas of each file that is to be opened.</summary>
public sealed class IdentityRequest
{
    /// <summary>The most identities, and the most files, of one conversation.</summary>
    public const int MaxItems = 1024;

    private readonly List<string> _identities = [];
    private readonly SortedDictionary<int, List<AgeStanza>> _files = [];

    /// <summary>The identities as sent; their places are their indices in errors.</summary>
    public IReadOnlyList<string> Identities => _identities;

    /// <summary>The indices of the files, ascending.</summary>
    public IReadOnlyCollection<int> Files => _files.Keys;

    /// <summary>The stanzas of a file in order; their places are their indices in errors.</summary>
    public IReadOnlyList<AgeStanza> StanzasOf(int file) => _files[file];

    /// <summary>Takes one stanza; unknown ones are passed over.</summary>
    /// <returns>True when the phase is over.</returns>
    /// <exception cref="FaultException"><see cref="Fault.BadInput"/>: a malformed command, or more than the limits.</exception>
    public bool Take(PluginStanzaReader stanza)
    {
        ArgumentNullException.ThrowIfNull(stanza);
        IReadOnlyList<string> arguments = stanza.Arguments;
        switch (stanza.Type)
        {
            case "add-identity":
                PluginArguments.AddTo(_identities, stanza);
                break;
            case "recipient-stanza":
                if (arguments.Count < 2 || !int.TryParse(arguments[0], NumberStyles.None, CultureInfo.InvariantCulture, out int file))
                {
                    throw PluginFault.Broken("recipient-stanza without a file's number and a type");
                }

                if (!_files.TryGetValue(file, out List<AgeStanza>? stanzas))
                {
                    PluginArguments.RequireRoom(_files.Count, MaxItems, "files");
                    _files.Add(file, stanzas = []);
                }

                PluginArguments.RequireRoom(stanzas.Count, AgeHeader.MaxStanzas, "stanzas of one file");
                stanzas.Add(new AgeStanza(arguments[1], [.. arguments.Skip(2)], stanza.Body.ToArray()));
                break;
            case "done":
                return true;
        }

        return false;
    }
}
