using System.Numerics;
using HwBridge.Core.Signing;

namespace HwBridge.SigningBridge.Requests;

/// <summary>What is to be signed, decoded: for the person, and for the rules.</summary>
/// <param name="Method">The JSON-RPC method, or Web3Signer's type.</param>
/// <param name="Title">What it is, in a few words.</param>
/// <param name="Lines">All that counts of it, in plain words; what is long is cut, and says so.</param>
internal sealed record SignatureWish(string Method, string Title, IReadOnlyList<string> Lines)
{
    /// <summary>The chain that it is for; null where it names none.</summary>
    internal ulong? ChainId { get; init; }

    /// <summary>Who receives, or which contract is meant; null where it names none.</summary>
    internal ExecutionAddress? Recipient { get; init; }

    /// <summary>The most that can leave the account by it, in wei.</summary>
    internal BigInteger Cost { get; init; }
}
