namespace HwBridge.Emulators.Trezor;

/// <summary>Where a software Trezor takes what is random in its answers.</summary>
internal interface ITrezorRandomness
{
    /// <summary>Fills <paramref name="id"/> (32 bytes) with a new session's id.</summary>
    void NewSessionId(Span<byte> id);

    /// <summary>Puts the digits of the PIN keypad in a new order.</summary>
    void Shuffle(Span<char> digits);

    /// <summary>Puts the words of a recovery, or the choices of its matrix, in a new order.</summary>
    void Shuffle(Span<int> order);

    /// <summary>The index of a fake word in the list of 2048.</summary>
    int NextWord();
}
