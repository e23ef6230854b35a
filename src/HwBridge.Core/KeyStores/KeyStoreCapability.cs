using HwBridge.Core.Faults;

namespace HwBridge.Core.KeyStores;

/// <summary>Asking an open device for a capability that a command can't do without.</summary>
public static class KeyStoreCapability
{
    /// <summary>The capability, or the fault that says why this device can't.</summary>
    /// <param name="keyStore">The open device.</param>
    /// <param name="purpose">What for, as a verb: "seal backups".</param>
    /// <exception cref="FaultException">It waits for its PIN, shows another app, holds no seed, or lacks the capability.</exception>
    public static TCapability Require<TCapability>(this IKeyStore keyStore, string purpose)
        where TCapability : class
    {
        KeyStoreInfo info = keyStore.Info;
        if (keyStore.TryGet(out TCapability? capability))
        {
            return capability;
        }

        throw info.State switch
        {
            KeyStoreState.Locked => new FaultException(
                Fault.DeviceLocked,
                $"{info.Uri} is locked",
                "Unlock it with its PIN, then run the command again."),
            KeyStoreState.WrongApp => new FaultException(
                Fault.WrongApp,
                $"{info.Uri} runs {info.App?.Name ?? "another app"}",
                "Open the Ethereum app on the device, then run the command again."),
            KeyStoreState.Bootloader => new FaultException(
                Fault.Unsupported,
                $"{info.Uri} is in bootloader mode",
                "Unplug it, plug it in without holding a button, then run the command again."),
            KeyStoreState.Unknown when info.Capabilities == KeyStoreCapabilities.None => new FaultException(
                Fault.Unsupported,
                $"{info.Uri} can't {purpose}: it holds no seed, or can't be asked",
                "Set it up first (a new seed, or a restored one), then run the command again."),
            _ => new FaultException(Fault.Unsupported, $"{info.Uri} can't {purpose}", "'hwbridge devices' lists what each device can do."),
        };
    }
}
