namespace HwBridge.Emulators.Trezor;

/// <summary>Ends a request with a Failure.</summary>
internal sealed class RequestRefusedException(Refusal refusal) : Exception(refusal.Text)
{
    internal Refusal Refusal { get; } = refusal;
}
