namespace HwBridge.Backups.Storage;

/// <summary>What a slot holds.</summary>
public enum SlotState
{
    /// <summary>Nothing, or the zeros of an erasure that was cut off.</summary>
    Free,

    /// <summary>A part of a backup of which every part is there.</summary>
    Backup,

    /// <summary>A part of a backup of which another part is missing or damaged: a write that was cut off, or a slot that was reused.</summary>
    Incomplete,

    /// <summary>What was a part of a backup once, with other bytes than it should have.</summary>
    Damaged,

    /// <summary>Something of another program's.</summary>
    Foreign,
}
