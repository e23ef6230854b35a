namespace HwBridge.Core.KeyStores;

/// <summary>The app that runs on a device.</summary>
/// <param name="Name">As the device gives it.</param>
/// <param name="Version">As the device gives it.</param>
public sealed record AppInfo(string Name, string Version);
