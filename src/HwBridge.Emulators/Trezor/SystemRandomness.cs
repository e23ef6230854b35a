using System.Security.Cryptography;

namespace HwBridge.Emulators.Trezor;

/// <summary>The system's random source.</summary>
internal sealed class SystemRandomness : ITrezorRandomness
{
    public void NewSessionId(Span<byte> id) => RandomNumberGenerator.Fill(id);

    public void Shuffle(Span<char> digits) => RandomNumberGenerator.Shuffle(digits);

    public void Shuffle(Span<int> order) => RandomNumberGenerator.Shuffle(order);

    public int NextWord() => RandomNumberGenerator.GetInt32(2048);
}
