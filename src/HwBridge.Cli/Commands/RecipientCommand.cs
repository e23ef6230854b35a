using System.CommandLine;
using HwBridge.Cli.Output;
using HwBridge.Core.KeyStores;
using HwBridge.Devices;
using HwBridge.Protocols.Age;

namespace HwBridge.Cli.Commands;

/// <summary><c>recipient</c>: the device's age recipient.</summary>
internal static class RecipientCommand
{
    internal static Command Create(CommandRunner runner)
    {
        DeviceOptions device = new();
        Option<bool> confirm = new("--confirm") { Description = "Have the key shown and approved on the device" };
        Command command = new("recipient", "The device's age recipient: anyone encrypts to it with any age tool, only the device opens it");
        device.AddTo(command);
        command.Add(confirm);
        command.SetAction(runner.Run(async (context, cancellationToken) =>
        {
            DeviceUri uri = device.One(context.Parsed);
            await using IKeyStore keyStore = await context.OpenAsync(
                uri,
                device.Connect(context.Parsed),
                cancellationToken).ConfigureAwait(false);
            ISealing sealing = keyStore.Require<ISealing>("seal backups");
            bool confirmed = context.Parsed.GetValue(confirm);
            X25519PublicKey key = await sealing.GetPublicKeyAsync(confirmed, cancellationToken).ConfigureAwait(false);
            if (uri.Route == DeviceRoute.Embedded)
            {
                context.Answer.Warn("this recipient belongs to a published test seed: anybody can open what is encrypted to it");
            }

            RecipientAnswer document = new(AgeRecipient.Format(key), uri.Text, confirmed);
            context.Answer.Give(document, json => json.RecipientAnswer, text => text.WriteLine(document.Recipient));
            return 0;
        }));
        return command;
    }
}
