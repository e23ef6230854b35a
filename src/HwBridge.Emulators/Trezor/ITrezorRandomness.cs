namespace HwBridge.Emulators.Trezor;

/// <summary>Where a software Trezor takes what is random in its answers.</summary>
internal interface ITrezorRandomness
{
    /// <summary>Fills <paramref name="id"/> (32 bytes) with a new session's id.</summary>
    void NewSessionId(Span<byte> id);

    /// <summary>Puts the digits of the PIN keypad in a new order.</summary>
    void Shuffle(Span<char> digits);
}
