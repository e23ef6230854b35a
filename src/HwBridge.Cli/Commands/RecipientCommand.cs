using System.CommandLine;
using System.Globalization;
using HwBridge.Backups;
using HwBridge.Cli.Output;
using HwBridge.Core.KeyStores;
using HwBridge.Devices;
using HwBridge.Protocols.Age;
using HwBridge.Protocols.Age.Plugin;

namespace HwBridge.Cli.Commands;

/// <summary><c>recipient</c>: the device's age recipient, and its identity for the age plugin.</summary>
internal static class RecipientCommand
{
    internal static Command Create(CommandRunner runner)
    {
        DeviceOptions device = new();
        Option<bool> confirm = new("--confirm") { Description = "Have the key shown and approved on the device" };
        Option<bool> identity = new("--identity")
        {
            Description = "Print an identity file for age -d -i, "
                + "once the device has proved, with one confirmation, that it opens what is encrypted to it",
        };
        Option<bool> untested = new("--no-device-test") { Description = "With --identity: do not have the device prove it" };
        Command command = new("recipient", "The device's age recipient: anyone encrypts to it with any age tool, only the device opens it");
        device.AddTo(command);
        command.Add(confirm);
        command.Add(identity);
        command.Add(untested);
        command.SetAction(runner.Run(async (context, cancellationToken) =>
        {
            DeviceUri uri = device.One(context.Parsed);
            ConnectOptions options = device.Connect(context.Parsed);
            await using IKeyStore keyStore = await context.OpenAsync(uri, options, cancellationToken).ConfigureAwait(false);
            ISealing sealing = keyStore.Require<ISealing>("seal backups");
            bool confirmed = context.Parsed.GetValue(confirm);
            X25519PublicKey key = await sealing.GetPublicKeyAsync(confirmed, cancellationToken).ConfigureAwait(false);
            if (uri.Route == DeviceRoute.Embedded)
            {
                context.Answer.Warn("this recipient belongs to a published test seed: anybody can open what is encrypted to it");
            }

            PluginIdentity? line = null;
            if (context.Parsed.GetValue(identity))
            {
                line = IdentityOf(keyStore.Info, key, options);
                if (!context.Parsed.GetValue(untested))
                {
                    context.Person.Tell($"{uri.Text}: one confirmation, to prove that this device opens what is encrypted to it.");
                    await SealingProof.RequireAsync(sealing, key, cancellationToken).ConfigureAwait(false);
                }
            }

            RecipientAnswer document = new(AgeRecipient.Format(key), uri.Text, confirmed, line?.Format());
            context.Answer.Give(document, json => json.RecipientAnswer, text => Write(text, document, line, keyStore.Info));
            return 0;
        }));
        return command;
    }

    private static PluginIdentity IdentityOf(KeyStoreInfo device, X25519PublicKey key, ConnectOptions options) => device.Maker == "ledger"
        ? new PluginIdentity(device.Maker, key) { Path = options.ForLedger().SealingPath }
        : new PluginIdentity(device.Maker, key) { Label = options.ForTrezor().Label, Passphrase = options.Passphrase };

    /// <summary>The recipient alone, or an identity file with the comments that age-keygen writes.</summary>
    private static void Write(TextWriter text, RecipientAnswer answer, PluginIdentity? identity, KeyStoreInfo device)
    {
        if (identity is null)
        {
            text.WriteLine(answer.Recipient);
            return;
        }

        string place = identity.Path?.ToString() ?? $"age://{identity.Label}";
        text.WriteLine(string.Create(CultureInfo.InvariantCulture, $"# created: {DateTimeOffset.UtcNow:yyyy-MM-ddTHH:mm:ssZ}"));
        text.WriteLine($"# device: {device.Model ?? device.Maker}, {place}");
        text.WriteLine($"# public key: {answer.Recipient}");
        text.WriteLine(answer.Identity);
    }
}
