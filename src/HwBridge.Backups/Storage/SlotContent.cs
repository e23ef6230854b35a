using HwBridge.Core.KeyStores;

namespace HwBridge.Backups.Storage;

/// <summary>One slot and what it holds.</summary>
/// <param name="Slot">The slot.</param>
/// <param name="State">What that is.</param>
/// <param name="Used">In bytes.</param>
/// <param name="Backup">Which backup it belongs to, in 16 hex digits, where it is a sound part.</param>
/// <param name="Part">Which part of it, from 1; 0 where it is none.</param>
/// <param name="Parts">How many parts that backup has.</param>
public sealed record SlotContent(StorageSlot Slot, SlotState State, int Used, string? Backup, int Part, int Parts);
