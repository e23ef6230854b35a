using System.Globalization;
using HwBridge.Backups;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Protocols.Age;
using HwBridge.Protocols.Age.Plugin;

namespace HwBridge.Cli.AgePlugin;

/// <summary>
/// <c>recipient-v1</c>: wraps file keys for the wallets of identities, with the stanza of plain age and a tag, by which the wallet is asked
/// once. No device is needed but for an identity without data.
/// </summary>
internal sealed class RecipientConversation(PluginConnection connection, PluginPerson person)
{
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        using RecipientRequest request = new();
        connection.Collect(request.Take, cancellationToken);
        List<X25519PublicKey> keys = [];
        List<(string[] About, FaultException Fault)> faults =
            [.. request.Recipients.Select((_, i) => (new[] { "recipient", Text(i) }, NoRecipient()))];
        for (int i = 0; i < request.Identities.Count; i++)
        {
            try
            {
                PluginIdentity? identity = PluginIdentity.Parse(request.Identities[i]);
                X25519PublicKey key = await KeyOfAsync(identity, cancellationToken).ConfigureAwait(false);
                if (!keys.Contains(key))
                {
                    keys.Add(key);
                }
            }
            catch (FaultException fault) when (fault.Fault != Fault.Cancelled)
            {
                faults.Add((["identity", Text(i)], fault));
            }
        }

        // All or nothing: a file that lacks one of its recipients would show only when it is needed.
        if (faults.Count > 0)
        {
            faults.ForEach(entry => connection.Report(entry.About, entry.Fault, cancellationToken));
            return;
        }

        for (int file = 0; file < request.FileKeys.Count; file++)
        {
            foreach (X25519PublicKey key in keys)
            {
                AgeStanza share = X25519Stanza.Wrap(request.FileKeys[file], key);
                Send(file, share, cancellationToken);
                Send(file, TagStanza.CreateSingle(key, share), cancellationToken);
            }
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static FaultException NoRecipient() => new(
        Fault.BadInput,
        "hwbridge has no recipients of its own form: a wallet's recipient is a plain age1… one",
        "Give age -r the recipient that hwbridge recipient prints, or age -e -i the identity file.");

    private async ValueTask<X25519PublicKey> KeyOfAsync(PluginIdentity? identity, CancellationToken cancellationToken)
    {
        if (identity is not null)
        {
            return identity.Recipient;
        }

        (IKeyStore keyStore, ISealing sealing, X25519PublicKey recipient) =
            await PluginDevices.OpenAsync(null, person, cancellationToken).ConfigureAwait(false);
        await using (keyStore.ConfigureAwait(false))
        {
            person.Tell($"{keyStore.Info.Uri}: one confirmation, to prove that this device will open the file.");
            await SealingProof.RequireAsync(sealing, recipient, cancellationToken).ConfigureAwait(false);
        }

        return recipient;
    }

    private void Send(int file, AgeStanza stanza, CancellationToken cancellationToken) => connection.Require(
        "recipient-stanza",
        [Text(file), stanza.Type, .. stanza.Arguments],
        stanza.Body.Span,
        cancellationToken);
}
