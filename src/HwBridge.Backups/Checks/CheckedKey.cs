using HwBridge.Core.Bls;
using HwBridge.Core.Eip2334;
using HwBridge.Core.ExpectedKeys;

namespace HwBridge.Backups.Checks;

/// <summary>One expected key and what was found.</summary>
/// <param name="Expected">The key and where it came from.</param>
/// <param name="Status">What became of it.</param>
/// <param name="Path">The path that was asked, or that gave it; null when only a scan could tell and did not.</param>
/// <param name="Found">The other key found at <paramref name="Path"/> when <see cref="KeyCheckStatus.Different"/>.</param>
public sealed record CheckedKey(ExpectedKey Expected, KeyCheckStatus Status, ValidatorKeyPath? Path, BlsPublicKey? Found);
