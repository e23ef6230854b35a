using HwBridge.Emulators.Trezor;

namespace HwBridge.Emulators.Tests.Trezor;

/// <summary>
/// Gives the device the random values of the recording. A session id is there only when the recording shows a new one, so a device that
/// starts a session where the firmware resumed one fails.
/// </summary>
internal sealed class RecordedRandomness : ITrezorRandomness
{
    internal byte[]? SessionId { get; set; }

    internal string Matrix { get; set; } = "123456789";

    public void NewSessionId(Span<byte> id)
    {
        Assert.That(SessionId, Is.Not.Null, "the device starts a session where the firmware started none");
        SessionId.CopyTo(id);
        SessionId = null;
    }

    /// <summary>The positions that a recovery by words asks for; the rest of them in any order.</summary>
    internal IReadOnlyList<int> WordOrder { get; set; } = [];

    internal Queue<int> FakeWords { get; } = [];

    public void Shuffle(Span<char> digits) => Matrix.CopyTo(digits);

    public void Shuffle(Span<int> order)
    {
        List<int> rest = [.. order];
        Assert.That(WordOrder.All(rest.Remove), Is.True, "the recording has other words");
        ((int[])[.. WordOrder, .. rest]).CopyTo(order);
    }

    public int NextWord() => FakeWords.TryDequeue(out int index) ? index : 0;
}
