namespace HwBridge.Cli.Terminals;

/// <summary>How far a line of input is.</summary>
internal enum LineState
{
    /// <summary>More keys may come.</summary>
    Open,

    /// <summary>Enter was pressed.</summary>
    Ended,

    /// <summary>Ctrl-D on an empty line: no answer will come.</summary>
    Declined,
}
