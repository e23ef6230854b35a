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

    [FsCheck.NUnit.Property]
    public bool ConstantTimeEquals_OfAnyBytes_IsEquality(byte[] left, byte[] right)
    {
        using SecretBuffer buffer = SecretBuffer.CopyOf(left);
        return buffer.ConstantTimeEquals(right) == left.AsSpan().SequenceEqual(right) && buffer.ConstantTimeEquals(left);
    }

    [Test]
    public void Random_Twice_Differs()
    {
        using SecretBuffer one = SecretBuffer.Random(32);
        using SecretBuffer other = SecretBuffer.Random(32);
        Assert.That(one.ConstantTimeEquals(other.Span), Is.False);
    }

    [Test]
    public void LiveCount_AfterDispose_IsWhatItWas()
    {
        int before = SecretBuffer.LiveCount;
        SecretBuffer buffer = SecretBuffer.Allocate(0);
        Assert.That(SecretBuffer.LiveCount, Is.EqualTo(before + 1));
        buffer.Dispose();
        Assert.That(SecretBuffer.LiveCount, Is.EqualTo(before));
        Assert.That(buffer.ToString(), Is.EqualTo("‹secret›"));
    }
}
