using HwBridge.Core.Signing;
using HwBridge.Core.Ssz;

namespace HwBridge.Core.Execution;

/// <summary>What a transaction says beforehand that it will read (EIP-2930).</summary>
/// <param name="Address">The account.</param>
/// <param name="StorageKeys">Its slots.</param>
public sealed record AccessListEntry(ExecutionAddress Address, IReadOnlyList<Bytes32> StorageKeys);
