namespace HwBridge.Core.Eip3076;

/// <summary>What can be wrong with the signatures in a history.</summary>
public enum SlashableKind
{
    /// <summary>Two different blocks of one slot.</summary>
    DoubleProposal,

    /// <summary>Two different attestations to one target.</summary>
    DoubleVote,

    /// <summary>One attestation around another.</summary>
    SurroundVote,

    /// <summary>An attestation whose source is after its target, which no honest validator signs.</summary>
    SourceAfterTarget,
}
