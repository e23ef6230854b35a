using System.Buffers;
using HwBridge.Core.Secrets;

namespace HwBridge.Core.Tests.Secrets;

internal sealed class SecretWriterTests
{
    [FsCheck.NUnit.Property]
    public void Write_OfAnyPieces_KeepsThemInOrder(byte[][] pieces)
    {
        int before = SecretBuffer.LiveCount;
        using (SecretWriter writer = new(1))
        {
            foreach (byte[] piece in pieces)
            {
                writer.Write(piece);
            }

            using SecretBuffer all = writer.ToSecretBuffer();
            Assert.That(all.Span.SequenceEqual(pieces.SelectMany(piece => piece).ToArray()), Is.True);
            Assert.That(writer.WrittenCount, Is.Zero);
        }

        Assert.That(SecretBuffer.LiveCount, Is.EqualTo(before));
    }

    [Test]
    public void Advance_BeyondTheBuffer_Throws()
    {
        using SecretWriter writer = new(8);
        Assert.That(() => writer.Advance(9), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => writer.Advance(-1), Throws.TypeOf<ArgumentOutOfRangeException>());
    }
}
