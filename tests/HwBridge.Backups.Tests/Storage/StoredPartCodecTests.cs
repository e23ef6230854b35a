using System.Text.Json;
using HwBridge.Backups.Storage;

namespace HwBridge.Backups.Tests.Storage;

public class StoredPartCodecTests
{
    private static readonly int[] Capacities = [512, 1510, 512, 512, 512];

    [Test]
    public void Vectors_OfAnIndependentWriter_AreWrittenAndJoined()
    {
        int cases = 0;
        foreach (JsonElement vector in VectorFile.Read("stored_backup").GetProperty("cases").EnumerateArray())
        {
            byte[] file = Convert.FromHexString(vector.GetProperty("file").GetString()!);
            int[] capacities = [.. vector.GetProperty("capacities").EnumerateArray().Select(capacity => capacity.GetInt32())];
            string[] expected = [.. vector.GetProperty("parts").EnumerateArray().Select(part => part.GetString()!)];
            IReadOnlyList<byte[]> parts = StoredPartCodec.Split(file, capacities);
            Assert.That(parts.Select(Convert.ToHexStringLower), Is.EqualTo(expected));
            Assert.That(StoredPartCodec.IdOf(file), Is.EqualTo(vector.GetProperty("backup").GetString()));
            Assert.That(StoredPartCodec.TryJoin([.. parts.Select(part => StoredPartCodec.TryRead(part)!)]), Is.EqualTo(file));
            cases++;
        }

        Assert.That(cases, Is.EqualTo(5));
    }

    [FsCheck.NUnit.Property(MaxTest = 500)]
    public void Join_OfSplit_InAnyOrder_GivesTheFile(int seed)
    {
        Random random = new(seed);
        byte[] file = new byte[random.Next(1, Capacities.Sum() - (Capacities.Length * StoredPartCodec.HeaderSize) + 1)];
        random.NextBytes(file);
        IReadOnlyList<byte[]> parts = StoredPartCodec.Split(file, Needed(file.Length));
        List<StoredPart> read = [.. parts.Select(part => StoredPartCodec.TryRead(part)!)];
        StoredPart[] shuffled = [.. read.OrderBy(_ => random.Next()), read[0]];
        Assert.That(StoredPartCodec.TryJoin(shuffled), Is.EqualTo(file), "a part that comes twice does not matter");

        // One part missing, or one of another file in its place, is never a whole file.
        Assert.That(StoredPartCodec.TryJoin([.. read.Skip(1)]), Is.Null);
        byte[] other = [.. file];
        other[^1] ^= 1;
        StoredPart foreign = StoredPartCodec.TryRead(StoredPartCodec.Split(other, Needed(file.Length))[^1])!;
        Assert.That(StoredPartCodec.TryJoin([.. read.SkipLast(1), foreign with { Backup = read[0].Backup }]), Is.Null);
    }

    [Test]
    public void TryRead_AnyBitFlippedOrAnyCut_IsNoPart()
    {
        byte[] file = [.. Enumerable.Range(0, 60).Select(i => (byte)i)];
        byte[] part = StoredPartCodec.Split(file, [100])[0];
        for (int bit = 0; bit < 8 * part.Length; bit++)
        {
            byte[] damaged = [.. part];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.That(StoredPartCodec.TryRead(damaged), Is.Null, $"bit {bit}");
        }

        for (int length = 0; length < part.Length; length++)
        {
            Assert.That(StoredPartCodec.TryRead(part.AsSpan(0, length)), Is.Null, $"{length} bytes");
        }

        Assert.That(StoredPartCodec.TryRead([.. part, 0]), Is.Null);
    }

    [FsCheck.NUnit.Property(MaxTest = 1000)]
    public void TryRead_AnyBytes_IsNoPart(byte[] bytes, bool marked)
    {
        byte[] content = marked ? [.. "HWB1"u8, .. bytes] : bytes;
        Assert.That(StoredPartCodec.TryRead(content), Is.Null);
        Assert.That(StoredPartCodec.IsPart(content), Is.EqualTo(marked));
    }

    [TestCase(0, new[] { 512 })]
    [TestCase(493, new[] { 512 })]
    [TestCase(10, new[] { 512, 512 })]
    [TestCase(10, new[] { 20 })]
    [TestCase(65536, new[] { 512 })]
    public void Split_WhatDoesNotFitTheSlots_Throws(int size, int[] capacities) =>
        Assert.That(() => StoredPartCodec.Split(new byte[size], capacities), Throws.InstanceOf<ArgumentOutOfRangeException>());

    private static int[] Needed(int size)
    {
        List<int> needed = [];
        foreach (int capacity in Capacities)
        {
            if (size > 0)
            {
                needed.Add(capacity);
                size -= capacity - StoredPartCodec.HeaderSize;
            }
        }

        return [.. needed];
    }
}
