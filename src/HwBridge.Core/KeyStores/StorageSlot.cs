namespace HwBridge.Core.KeyStores;

/// <summary>A place on a device that keeps bytes.</summary>
/// <param name="Number">How the command line names it, from 1; the same on every device of the maker.</param>
/// <param name="Name">What the device calls it.</param>
/// <param name="Capacity">The most bytes that can be written and read again.</param>
public sealed record StorageSlot(int Number, string Name, int Capacity);
