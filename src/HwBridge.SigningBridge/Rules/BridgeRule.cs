using System.Numerics;
using HwBridge.Core.Signing;
using HwBridge.SigningBridge.Requests;

namespace HwBridge.SigningBridge.Rules;

/// <summary>One line of a rule file: all of what it names has to fit.</summary>
/// <param name="Method">The JSON-RPC method, or Web3Signer's type.</param>
/// <param name="ChainId">The chain; null for any.</param>
/// <param name="Recipient">Who receives; null for anybody.</param>
/// <param name="PerDay">The most that may go in 24 hours by this rule, value and fees together, in wei; null for no limit.</param>
internal sealed record BridgeRule(string Method, ulong? ChainId, ExecutionAddress? Recipient, BigInteger? PerDay)
{
    internal bool Fits(SignatureWish wish) =>
        wish.Method == Method
        && (ChainId is null || wish.ChainId == ChainId)
        && (Recipient is null || wish.Recipient == Recipient);
}
