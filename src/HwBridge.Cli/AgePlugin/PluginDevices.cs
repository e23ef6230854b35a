using HwBridge.Cli.Commands;
using HwBridge.Cli.Embedded;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.People;
using HwBridge.Devices;
using HwBridge.Emulators.Screens;
using HwBridge.Protocols.Age;
using HwBridge.Protocols.Age.Plugin;

namespace HwBridge.Cli.AgePlugin;

/// <summary>Finds the device of an identity: the one that HWBRIDGE_DEVICE names, else the only attached one of that maker.</summary>
internal static class PluginDevices
{
    /// <summary>Opens the identity's device and makes sure, before anybody confirms anything, that it holds the identity's key.</summary>
    /// <param name="identity">The identity; null for whichever device is there.</param>
    /// <param name="person">Who is asked for a PIN or a passphrase.</param>
    /// <param name="cancellationToken">Stops the attempt.</param>
    /// <returns>The open device, which the caller disposes, and its public key.</returns>
    /// <exception cref="FaultException">No such device, another wallet, or the device can't work now.</exception>
    internal static async ValueTask<(IKeyStore KeyStore, ISealing Sealing, X25519PublicKey Recipient)> OpenAsync(
        PluginIdentity? identity, IPerson person, CancellationToken cancellationToken)
    {
        FaultException? first = null;
        foreach (DeviceUri uri in Candidates(identity))
        {
            IKeyStore? keyStore = null;
            try
            {
                keyStore = await OpenAsync(uri, identity, person, cancellationToken).ConfigureAwait(false);
                ISealing sealing = keyStore.Require<ISealing>("open what is encrypted to it");
                X25519PublicKey recipient = await sealing.GetPublicKeyAsync(confirm: false, cancellationToken).ConfigureAwait(false);
                if (identity is null || recipient == identity.Recipient)
                {
                    IKeyStore found = keyStore;
                    keyStore = null;
                    return (found, sealing, recipient);
                }

                first ??= AnotherWallet(uri, recipient, identity);
            }
            catch (FaultException fault) when (fault.Fault != Fault.Cancelled)
            {
                first ??= fault;
            }
            finally
            {
                if (keyStore is not null)
                {
                    await keyStore.DisposeAsync().ConfigureAwait(false);
                }
            }
        }

        throw first!;
    }

    private static DeviceUri[] Candidates(PluginIdentity? identity)
    {
        IReadOnlyList<DeviceUri> named = DeviceOptions.Standing();
        if (named.Count == 0)
        {
            return identity is not null
                ? [DeviceUri.Parse(identity.Maker)]
                : throw new FaultException(
                    Fault.Usage,
                    "age -j hwbridge does not tell which device",
                    $"Set {DeviceOptions.EnvironmentVariable} to its URI, or use an identity file: hwbridge recipient --identity");
        }

        DeviceUri[] fitting = [.. named.Where(uri => identity is null || uri.Maker is null || uri.Maker == identity.Maker)];
        return fitting.Length > 0
            ? fitting
            : throw new FaultException(
                Fault.DeviceNotFound,
                $"this identity belongs to a {identity!.Maker}, and {DeviceOptions.EnvironmentVariable} names "
                + string.Join(' ', named.Select(uri => uri.Text)),
                $"Add the device's URI to {DeviceOptions.EnvironmentVariable}, with a space between two.");
    }

    private static ValueTask<IKeyStore> OpenAsync(
        DeviceUri uri, PluginIdentity? identity, IPerson person, CancellationToken cancellationToken)
    {
        ConnectOptions options = new(identity?.Passphrase, identity?.Path, identity?.Label);
        if (uri.Route != DeviceRoute.Embedded)
        {
            return DeviceConnector.OpenAsync(uri, options, person, cancellationToken);
        }

        person.Tell($"{uri.Text} is a software device with a published seed: anybody can open what is encrypted to it");
        return EmbeddedKeyStore.OpenAsync(uri, options, new PolicyScreen(approve: true), person, cancellationToken);
    }

    private static FaultException AnotherWallet(DeviceUri uri, X25519PublicKey recipient, PluginIdentity identity) => new(
        Fault.CannotDecrypt,
        $"{uri.Text} is another wallet: its recipient is {AgeRecipient.Format(recipient)}, "
        + $"the identity's {AgeRecipient.Format(identity.Recipient)}",
        "Attach the wallet that the identity was made with, with the same words and the same passphrase.");
}
