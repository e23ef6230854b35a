namespace HwBridge.Protocols.Ledger;

/// <summary>The Ethereum app's settings and version.</summary>
/// <param name="Flags">Bit 0: blind signing is on; bit 1: always set on today's app; others: transaction checks.</param>
/// <param name="Version">The app's version.</param>
public readonly record struct AppConfiguration(byte Flags, Version Version);
