namespace HwBridge.UsbVm.Guest;

/// <summary>Cases of the guest: each public method that gives a task and takes nothing, on an object of its own.</summary>
internal interface IGuestCases : IAsyncDisposable
{
    /// <summary>What a case found out besides that all is well.</summary>
    IReadOnlyList<string> Measured { get; }

    /// <summary>What doctor said stands in the way, and mends it.</summary>
    IReadOnlyList<string> Quotes => [];
}
