namespace HwBridge.Backups.Checks;

/// <summary>What became of one expected key.</summary>
public enum KeyCheckStatus
{
    /// <summary>The wallet or backup gives this key.</summary>
    Match,

    /// <summary>Nothing that was looked at gives this key.</summary>
    Missing,

    /// <summary>At the path where it should be there is another key.</summary>
    Different,
}
