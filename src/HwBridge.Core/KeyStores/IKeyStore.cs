using System.Diagnostics.CodeAnalysis;

namespace HwBridge.Core.KeyStores;

/// <summary>An open device that keeps keys: the one thing that everything above the devices sees.</summary>
/// <remarks>
/// A capability that the device lacks is absent, known before use. Calls may come from several threads; they wait in one
/// queue a device. Every call can be cancelled, which tells the device to take the question off its screen where it can.
/// </remarks>
public interface IKeyStore : IAsyncDisposable
{
    /// <summary>Maker, model, firmware, app and capabilities, as read when the device was opened.</summary>
    KeyStoreInfo Info { get; }

    /// <summary>The capability, if this device has it.</summary>
    bool TryGet<TCapability>([NotNullWhen(true)] out TCapability? capability)
        where TCapability : class;
}
