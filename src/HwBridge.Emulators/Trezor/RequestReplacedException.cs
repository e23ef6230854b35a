namespace HwBridge.Emulators.Trezor;

/// <summary>Ends a request without an answer: <paramref name="message"/>, which came in the middle of it, is answered instead.</summary>
internal sealed class RequestReplacedException(HostMessage message) : Exception
{
    internal HostMessage Replacement { get; } = message;
}
