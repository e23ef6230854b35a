namespace HwBridge.Emulators.Trezor;

/// <summary>What a WordAck brought.</summary>
internal enum WordEntry
{
    /// <summary>The next question follows.</summary>
    Next,

    /// <summary>Nothing usable: the same question follows.</summary>
    Again,

    /// <summary>A word that is not in the list.</summary>
    Unknown,

    /// <summary>All words are there.</summary>
    Complete,
}
