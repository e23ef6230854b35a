using HwBridge.Core.Secrets;

namespace HwBridge.Conformance;

/// <summary>A test of one device: it ends in time, and wipes every secret that it made.</summary>
internal abstract class DeviceConformance(string device)
{
    // Not the words of any recording, so that nothing here was written down beforehand.
    private protected const string Words = "legal winner thank year wave sausage worth useful legal winner thank yellow";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private CancellationTokenSource _late = new();
    private int _secretsBefore;

    /// <summary>The device's name in <see cref="ConformanceDevice"/>.</summary>
    private protected string Device => device;

    /// <summary>Cancelled when the test has gone on for too long.</summary>
    private protected CancellationToken Late => _late.Token;

    /// <summary>Ends the test as its deadline would.</summary>
    private protected Task EndAsync() => _late.CancelAsync();

    [SetUp]
    public void StartTheClock()
    {
        _late = new CancellationTokenSource(Deadline);
        _secretsBefore = SecretBuffer.LiveCount;
    }

    [TearDown]
    public void NoSecretIsLeftBehind()
    {
        _late.Dispose();
        Assert.That(SecretBuffer.LiveCount, Is.EqualTo(_secretsBefore), "guarded buffers that nobody wiped");
    }

    private protected Task<ConformanceDevice> OpenAsync() => ConformanceDevice.OpenAsync(device, Words, Late);
}
