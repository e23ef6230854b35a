using HwBridge.Core.Secrets;

namespace HwBridge.Core.Tests.Secrets;

internal sealed class SecretBufferTests
{
    [Test]
    public void Allocate_OfAnyLength_IsZeroAndLocked()
    {
        using SecretBuffer buffer = SecretBuffer.Allocate(37);
        Assert.That(buffer.Span.ToArray(), Is.All.Zero);
        Assert.That(buffer.Length, Is.EqualTo(37));
        Assert.That(SecretBuffer.LockingWorks, Is.True);
    }

    [Test]
    public void Span_AfterDispose_Throws()
    {
        SecretBuffer buffer = SecretBuffer.CopyOf([1, 2, 3]);
        buffer.Dispose();
        buffer.Dispose();
        Assert.That(() => buffer.Span.Length, Throws.TypeOf<ObjectDisposedException>());
    }
}
