namespace HwBridge.EndToEnd.Memory;

/// <summary>Secrets that a computation under way may have outside of guarded memory, for as long as it takes, and why.</summary>
/// <param name="Moment">While what.</param>
/// <param name="Secrets">What it computes with; every other secret stays in guarded memory meanwhile too.</param>
/// <param name="Reason">Why there is no better place.</param>
/// <remarks>
/// Only on the stack of the thread that computes and in what malloc gave: never in the collector's heap, never while a person is waited
/// for, and never when the work is done. What a call left on the stack is wiped when the guarded buffer that it worked for is disposed.
/// </remarks>
internal sealed record Allowance(string Moment, IReadOnlyList<string> Secrets, string Reason)
{
    /// <summary>All there are.</summary>
    internal static IReadOnlyList<Allowance> All { get; } =
    [
        new(
            SecretNames.Scrypt,
            [SecretNames.Password, SecretNames.KeystoreKeys, SecretNames.Keys],
            "libsodium's scrypt pads the password into HMAC's key blocks; OpenSSL's AES has the key in its context"),
        new(
            SecretNames.Pbkdf2,
            [SecretNames.Password, SecretNames.KeystoreKeys, SecretNames.Keys],
            "OpenSSL's PBKDF2 copies the password into its context; its AES has the key in another"),
        new(
            SecretNames.Deriving,
            [SecretNames.DeviceRoot, SecretNames.Keys, .. SecretNames.Eip2333],
            "OpenSSL's HMAC and SHA-256 take blocks of the key material into their contexts and frames; the runtime saves registers"),
        new(
            SecretNames.Opening,
            [SecretNames.Shared, SecretNames.Keys, .. SecretNames.Age],
            "OpenSSL's HKDF and HMAC, libsodium's ChaCha20-Poly1305, and the arithmetic of BLS12-381 over the secret scalar"),
    ];

    internal bool Covers(string moment, Finding finding) =>
        Moment == moment
        && Secrets.Contains(finding.Needle.Secret.Name)
        && finding.Mapping.Kind is MappingKind.Stack or MappingKind.NativeHeap;
}
