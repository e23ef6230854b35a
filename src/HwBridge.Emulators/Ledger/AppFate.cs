namespace HwBridge.Emulators.Ledger;

/// <summary>What becomes of the conversation with a step.</summary>
internal enum AppFate
{
    /// <summary>It goes on after the answer.</summary>
    Answers,

    /// <summary>No answer comes, and it goes on.</summary>
    Silent,

    /// <summary>After the answer the device leaves the bus, as it does when its app changes.</summary>
    Leaves,

    /// <summary>No answer comes: the app has crashed and the device is gone.</summary>
    Crashes,
}
