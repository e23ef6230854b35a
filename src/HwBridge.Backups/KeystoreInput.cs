using HwBridge.Core.Eip2335;
using HwBridge.Core.Secrets;

namespace HwBridge.Backups;

/// <summary>A keystore to back up and the password that should open it.</summary>
/// <param name="Keystore">The parsed keystore.</param>
/// <param name="Password">UTF-8 as typed; stays the caller's. The same buffer may serve several keystores.</param>
public sealed record KeystoreInput(Keystore Keystore, SecretBuffer Password);
