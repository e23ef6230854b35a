using HwBridge.Core.Bls;

namespace HwBridge.Core.Eip3076;

/// <summary>Something in a history that says that its validator broke the rules, or that the history is not true.</summary>
/// <param name="PublicKey">The validator.</param>
/// <param name="Kind">What it is.</param>
/// <param name="What">Which signatures, for a person.</param>
public sealed record SlashableFinding(BlsPublicKey PublicKey, SlashableKind Kind, string What)
{
    /// <summary>For a person, in one line.</summary>
    public override string ToString() => $"{PublicKey}: {What}";
}
