namespace HwBridge.SigningBridge.Requests;

/// <summary>Where a request for a signature is.</summary>
internal enum RequestStatus
{
    /// <summary>Others are before it.</summary>
    Waiting,

    /// <summary>The device has it.</summary>
    OnDevice,

    /// <summary>The signature went out.</summary>
    Signed,

    /// <summary>A person said no on the device.</summary>
    Rejected,

    /// <summary>It could not be done.</summary>
    Failed,

    /// <summary>Whoever asked has gone.</summary>
    Abandoned,
}
