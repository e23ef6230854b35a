using HwBridge.Core.Secrets;

namespace HwBridge.Core.Tests.Secrets;

[NonParallelizable]
public sealed class SecretWriterTests
{
    [FsCheck.NUnit.Property]
    public bool Write_AnyPieces_JoinsThemAndLeavesNothingBehind(byte[][] pieces)
    {
        int before = SecretBuffer.LiveCount;
        byte[] expected = [.. pieces.SelectMany(piece => piece)];
        bool joined;
        using (var writer = new SecretWriter(1))
        {
            foreach (byte[] piece in pieces)
            {
                piece.CopyTo(writer.GetSpan(piece.Length));
                writer.Advance(piece.Length);
            }

            joined = writer.WrittenCount == expected.Length && writer.WrittenSpan.SequenceEqual(expected);
            using SecretBuffer whole = writer.ToSecretBuffer();
            joined &= whole.Span.SequenceEqual(expected) && writer.WrittenCount == 0;
        }

        return joined && SecretBuffer.LiveCount == before;
    }

    [Test]
    public void GetMemory_OutgrownBuffer_IsFreed()
    {
        using var writer = new SecretWriter(4);
        Memory<byte> first = writer.GetMemory(4);
        "abcd"u8.CopyTo(first.Span);
        writer.Advance(4);
        Memory<byte> second = writer.GetMemory(100);
        Assert.That(second.Length, Is.GreaterThanOrEqualTo(100));
        Assert.That(writer.WrittenSpan.SequenceEqual("abcd"u8), Is.True);
        Assert.That(() => first.Span.Length, Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public void ToSecretBuffer_WhatWasWritten_IsWipedInTheWriter()
    {
        using var writer = new SecretWriter(16);
        Memory<byte> memory = writer.GetMemory(4);
        "abcd"u8.CopyTo(memory.Span);
        writer.Advance(4);
        using SecretBuffer exact = writer.ToSecretBuffer();
        Assert.That(memory.Span[..4].ContainsAnyExcept((byte)0), Is.False);
        Assert.That(exact.Span.SequenceEqual("abcd"u8), Is.True);
    }

    [TestCase(-1)]
    [TestCase(17)]
    public void Advance_BeyondTheBuffer_IsRefused(int count)
    {
        using var writer = new SecretWriter(16);
        Assert.That(() => writer.Advance(count), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }
}
