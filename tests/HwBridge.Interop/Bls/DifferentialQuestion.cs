namespace HwBridge.Interop.Bls;

/// <summary>An input that we and the peers answer.</summary>
/// <param name="Kind">Its row in the table of counts.</param>
/// <param name="Line">What differential.mjs reads: what is asked, and its arguments in hex.</param>
/// <param name="ToBlst">Whether @chainsafe/blst has an answer.</param>
/// <param name="ToNoble">Whether @noble/curves has one, and the time for it.</param>
internal sealed record DifferentialQuestion(string Kind, string Line, bool ToBlst, bool ToNoble);
