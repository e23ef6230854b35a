namespace HwBridge.Transports;

/// <summary>Tells when it is worth looking again for a device that was not there.</summary>
public interface IBusEvents : IDisposable
{
    /// <summary>Returns when something was plugged in, pulled out, or may be opened by others than before.</summary>
    ValueTask WaitAsync(CancellationToken cancellationToken);
}
