using System.Globalization;
using HwBridge.Backups;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Age;
using HwBridge.Protocols.Age.Plugin;

namespace HwBridge.Cli.AgePlugin;

/// <summary><c>identity-v1</c>: opens files with the devices of the identities, by one confirmation a file where its tags tell.</summary>
/// <remarks>
/// An identity none of whose files can be its own is passed over without touching its device, so that age goes on with the next one. A
/// fault is reported only where a file stays closed: another identity may have opened it.
/// </remarks>
internal sealed class IdentityConversation(PluginConnection connection, PluginPerson person)
{
    private readonly IdentityRequest _request = new();
    private readonly SortedSet<int> _closed = [];
    private readonly List<(string[] About, FaultException Fault)> _faults = [];

    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        connection.Collect(_request.Take, cancellationToken);
        CheckStanzas(cancellationToken);
        for (int i = 0; i < _request.Identities.Count; i++)
        {
            try
            {
                await UseAsync(PluginIdentity.Parse(_request.Identities[i]), cancellationToken).ConfigureAwait(false);
            }
            catch (FaultException fault) when (fault.Fault != Fault.Cancelled)
            {
                _faults.Add((["identity", Text(i)], fault));
            }
        }

        foreach ((string[] about, FaultException fault) in _closed.Count > 0 ? _faults : [])
        {
            connection.Report(about, fault, cancellationToken);
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>A file with a malformed stanza is reported at once and left alone, as the protocol demands.</summary>
    private void CheckStanzas(CancellationToken cancellationToken)
    {
        foreach (int file in _request.Files)
        {
            IReadOnlyList<AgeStanza> stanzas = _request.StanzasOf(file);
            int i = 0;
            try
            {
                for (; i < stanzas.Count; i++)
                {
                    _ = X25519Stanza.TryParse(stanzas[i], out _);
                }

                _closed.Add(file);
            }
            catch (FaultException fault)
            {
                connection.Report(["stanza", Text(file), Text(i)], fault, cancellationToken);
            }
        }
    }

    private async Task UseAsync(PluginIdentity? identity, CancellationToken cancellationToken)
    {
        int[] files = [.. _closed.Where(file => identity is null || CandidatesOf(file, identity.Recipient, out _).Count > 0)];
        if (files.Length == 0)
        {
            return;
        }

        (IKeyStore keyStore, ISealing sealing, X25519PublicKey recipient) =
            await PluginDevices.OpenAsync(identity, person, cancellationToken).ConfigureAwait(false);
        await using (keyStore.ConfigureAwait(false))
        {
            foreach (int file in files)
            {
                await OpenAsync(file, sealing, recipient, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private IReadOnlyList<X25519Stanza> CandidatesOf(int file, X25519PublicKey recipient, out bool tagged) =>
        TagStanza.FindCandidates(_request.StanzasOf(file), recipient, out tagged);

    private async Task OpenAsync(int file, ISealing sealing, X25519PublicKey recipient, CancellationToken cancellationToken)
    {
        IReadOnlyList<X25519Stanza> candidates = CandidatesOf(file, recipient, out bool tagged);
        if (candidates.Count > 1)
        {
            person.Tell(
                "this file does not tell which of its recipients the device is: "
                + $"up to {candidates.Count} confirmations may come, until one opens it");
        }

        foreach (X25519Stanza stanza in candidates)
        {
            using SecretBuffer? fileKey = await BackupOpener.TryUnwrapAsync(sealing, recipient, stanza, cancellationToken)
                .ConfigureAwait(false);
            if (fileKey is not null)
            {
                connection.Require("file-key", [Text(file)], fileKey.Span, cancellationToken);
                _closed.Remove(file);
                return;
            }
        }

        if (tagged && candidates.Count > 0)
        {
            throw new FaultException(
                Fault.CannotDecrypt,
                "the part of the header that was made for this device does not open with it: the file was changed",
                "Take another copy.");
        }
    }
}
