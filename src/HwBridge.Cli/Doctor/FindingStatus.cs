namespace HwBridge.Cli.Doctor;

/// <summary>Whether a finding stands in the way.</summary>
internal enum FindingStatus
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>Works, but not as it should.</summary>
    Warning,

    /// <summary>Stands between this machine and a working device.</summary>
    Problem,
}
