namespace HwBridge.EndToEnd.Memory;

/// <summary>A place outside of guarded memory where a secret may stand for the moment of a computation, and why.</summary>
/// <param name="Moment">While what.</param>
/// <param name="Secret">Which secret.</param>
/// <param name="Place">Where.</param>
/// <param name="Reason">Why there is no better place.</param>
internal sealed record Allowance(string Moment, string Secret, string Place, string Reason)
{
    /// <summary>All there are. None of them holds while a person is waited for, nor when the work is done.</summary>
    internal static IReadOnlyList<Allowance> All { get; } =
    [
        new("PBKDF2", "keystore password", "native heap", "OpenSSL's context of the derivation under way, which it clears"),
        .. ((string[])["device-rooted seed", "EIP-2333 pseudo-random keys", "EIP-2333 wide scalars", "validator secret keys and their parents", "Lamport key material", "Lamport chunks", "compressed Lamport keys"])
            .Select(secret => new Allowance("deriving", secret, "stack, live", "the derivation under way and OpenSSL's SHA-256 below it; cleared before they return")),
    ];

    internal bool Covers(string moment, Finding finding) =>
        Moment == moment && Secret == finding.Needle.Secret.Name && Place == finding.Place;
}
