namespace HwBridge.EndToEnd;

/// <summary>Publishes, before all tests, the program that they run.</summary>
[SetUpFixture]
public sealed class Publication
{
    [OneTimeSetUp]
    public Task PublishAsync() => PublishedProgram.PublishAsync();
}
