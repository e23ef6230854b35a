using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;

namespace HwBridge.Protocols.Age.Plugin;

/// <summary>The first phase of <c>recipient-v1</c>: whom to encrypt to, and the file keys to wrap, which it holds until disposed.</summary>
public sealed class RecipientRequest : IDisposable
{
    /// <summary>The most file keys of one conversation: each lies in guarded memory of its own.</summary>
    public const int MaxFileKeys = 64;

    private readonly List<string> _recipients = [];
    private readonly List<string> _identities = [];
    private readonly List<SecretBuffer> _fileKeys = [];

    /// <summary>The recipients as sent; their places are their indices in errors.</summary>
    public IReadOnlyList<string> Recipients => _recipients;

    /// <summary>The identities as sent; their places are their indices in errors.</summary>
    public IReadOnlyList<string> Identities => _identities;

    /// <summary>The file keys, each 16 bytes; their places are the files' numbers.</summary>
    public IReadOnlyList<SecretBuffer> FileKeys => _fileKeys;

    /// <summary>Takes one stanza; unknown ones are passed over.</summary>
    /// <returns>True when the phase is over.</returns>
    /// <exception cref="FaultException"><see cref="Fault.BadInput"/>: a malformed command, or more than the limits.</exception>
    public bool Take(PluginStanzaReader stanza)
    {
        ArgumentNullException.ThrowIfNull(stanza);
        switch (stanza.Type)
        {
            case "add-recipient":
                PluginArguments.AddTo(_recipients, stanza);
                break;
            case "add-identity":
                PluginArguments.AddTo(_identities, stanza);
                break;
            case "wrap-file-key":
                if (stanza.Body.Length != AgeFile.FileKeySize)
                {
                    throw PluginFault.Broken($"a file key of {stanza.Body.Length} bytes instead of {AgeFile.FileKeySize}");
                }

                PluginArguments.RequireRoom(_fileKeys.Count, MaxFileKeys, "file keys");
                _fileKeys.Add(SecretBuffer.CopyOf(stanza.Body));
                break;
            case "done":
                return true;
        }

        return false;
    }

    /// <summary>Wipes the file keys.</summary>
    public void Dispose()
    {
        foreach (SecretBuffer fileKey in _fileKeys)
        {
            fileKey.Dispose();
        }

        _fileKeys.Clear();
    }
}
