using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using HwBridge.Core.Secrets;

namespace HwBridge.Core.Tests.Secrets;

[NonParallelizable]
public sealed unsafe class SecretBufferTests
{
    private const int UsedDepth = 20_000;

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(32)]
    [TestCase(4096)]
    [TestCase(100_000)]
    public void Allocate_OfAnyLength_IsZeroAndLocked(int length)
    {
        using SecretBuffer buffer = SecretBuffer.Allocate(length);
        Assert.That(buffer.Length, Is.EqualTo(length));
        Assert.That(buffer.Span.Length, Is.EqualTo(length));
        Assert.That(buffer.Memory.Length, Is.EqualTo(length));
        Assert.That(buffer.Span.ContainsAnyExcept((byte)0), Is.False);
        Assert.That(SecretBuffer.LockingWorks, Is.True, "these tests need a limit of locked memory (ulimit -l) that is not 0");
    }

    [Test]
    public void Allocate_Negative_IsRefused() =>
        Assert.That(() => SecretBuffer.Allocate(-1), Throws.InstanceOf<ArgumentOutOfRangeException>());

    [Test]
    public void Allocate_InTheKernelsEyes_IsLockedLeftOutOfDumpsAndFenced()
    {
        using SecretBuffer buffer = SecretBuffer.Allocate(5000);
        nuint first = AddressOf(buffer);
        (string before, string own, string after) = MappingsAround(first);
        Assert.That(own, Does.Contain(" rw-p "));
        string[] flags = own[own.IndexOf("VmFlags:", StringComparison.Ordinal)..].Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        Assert.That(flags, Does.Contain("lo").And.Contain("dd"), "lo: locked; dd: do not dump");
        Assert.That(before, Does.Contain(" r--p ").Or.Contain(" ---p "), "nothing may be written before the bytes");
        Assert.That(after, Does.Contain(" ---p "), "the page behind the last byte is closed");
    }

    [Test]
    public void Dispose_Twice_WipesAndFreesOnce()
    {
        int before = SecretBuffer.LiveCount;
        SecretBuffer buffer = SecretBuffer.Random(100_000);
        nuint address = AddressOf(buffer);
        Assert.That(SecretBuffer.LiveCount, Is.EqualTo(before + 1));
        buffer.Dispose();
        buffer.Dispose();
        Assert.That(SecretBuffer.LiveCount, Is.EqualTo(before));
        Assert.That(() => MappingsAround(address).Own, Does.Not.Contain(" rw-p ").Or.Not.Contain(" dd"));
    }

    [Test]
    public void Dispose_ThenAllocateTheSameLength_GivesWipedMemoryThatWasClosedMeanwhile()
    {
        // Taken first, so that the next one of this length is the one that was just given back.
        using SecretBuffer other = SecretBuffer.Allocate(777);
        SecretBuffer buffer = SecretBuffer.Random(777);
        nuint address = AddressOf(buffer);
        buffer.Dispose();
        Assert.That(MappingsAround(address).Own, Does.Contain(" ---p "), "nobody may touch it");
        using SecretBuffer again = SecretBuffer.Allocate(777);
        Assert.That(AddressOf(again), Is.EqualTo(address), "kept for the next one");
        Assert.That(again.Span.ContainsAnyExcept((byte)0), Is.False);
        Assert.That(MappingsAround(address).Own, Does.Contain(" rw-p "));
    }

    [Test]
    public void AllocateAndDispose_ByManyThreads_NeverShareMemory() => Parallel.For(0, 4000, index =>
    {
        using SecretBuffer buffer = SecretBuffer.Allocate(1 + (index % 3));
        Assert.That(buffer.Span.ContainsAnyExcept((byte)0), Is.False);
        buffer.Span.Fill((byte)(index + 1));
        Thread.Yield();
        Assert.That(buffer.Span.ContainsAnyExcept((byte)(index + 1)), Is.False);
    });

    [Test]
    public void Dispose_AfterACallThatWorkedWithTheSecret_WipesItsStack()
    {
        byte* top = stackalloc byte[1];
        SecretBuffer buffer = SecretBuffer.Random(64);
        byte[] expected = buffer.Span.ToArray();
        WorkWith(buffer);
        Assert.That(new ReadOnlySpan<byte>(top - UsedDepth, UsedDepth).IndexOf(expected) >= 0, Is.True, "what a call leaves");
        buffer.Dispose();
        Assert.That(new ReadOnlySpan<byte>(top - UsedDepth, UsedDepth).IndexOf(expected) >= 0, Is.False);
    }

    [Test]
    public void Span_AfterDispose_Throws()
    {
        SecretBuffer buffer = SecretBuffer.Allocate(8);
        Memory<byte> memory = buffer.Memory;
        buffer.Dispose();
        Assert.That(() => buffer.Span.Length, Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => memory.Span.Length, Throws.InstanceOf<ObjectDisposedException>());
        Assert.That(() => memory.Pin().Pointer == null, Throws.InstanceOf<ObjectDisposedException>());
    }

    [Test]
    public void Memory_AndSpan_AreTheSameBytes()
    {
        using SecretBuffer buffer = SecretBuffer.Allocate(8);
        buffer.Memory.Span[3] = 7;
        Assert.That(buffer.Span[3], Is.EqualTo(7));
        using System.Buffers.MemoryHandle pinned = buffer.Memory[3..].Pin();
        Assert.That(*(byte*)pinned.Pointer, Is.EqualTo(7));
    }

    [Test]
    public void CopyOf_Bytes_LeavesTheSourceAlone()
    {
        byte[] source = [1, 2, 3];
        using SecretBuffer buffer = SecretBuffer.CopyOf(source);
        buffer.Span[0] = 9;
        Assert.That(source, Is.EqualTo(new byte[] { 1, 2, 3 }));
        Assert.That(buffer.Span[1..].ToArray(), Is.EqualTo(new byte[] { 2, 3 }));
    }

    [Test]
    public void Random_Twice_Differs()
    {
        using SecretBuffer one = SecretBuffer.Random(32);
        using SecretBuffer other = SecretBuffer.Random(32);
        Assert.That(one.Span.SequenceEqual(other.Span), Is.False);
        Assert.That(one.Span.ContainsAnyExcept((byte)0), Is.True);
    }

    [FsCheck.NUnit.Property]
    public bool ConstantTimeEquals_AnyBytes_IsEquality(byte[] left, byte[] right)
    {
        using SecretBuffer buffer = SecretBuffer.CopyOf(left);
        return buffer.ConstantTimeEquals(left) && buffer.ConstantTimeEquals(right) == left.AsSpan().SequenceEqual(right);
    }

    [Test]
    public void IsZero_OneBitAnywhere_IsFalse()
    {
        byte[] bytes = new byte[33];
        Assert.That(SecretBuffer.IsZero([]), Is.True);
        Assert.That(SecretBuffer.IsZero(bytes), Is.True);
        for (int bit = 0; bit < 8 * bytes.Length; bit++)
        {
            bytes[bit / 8] = (byte)(1 << (bit % 8));
            Assert.That(SecretBuffer.IsZero(bytes), Is.False, $"bit {bit}");
            bytes[bit / 8] = 0;
        }
    }

    [Test]
    public void ToString_Always_HidesTheContent()
    {
        using SecretBuffer buffer = SecretBuffer.CopyOf("hunter2"u8);
        Assert.That($"{buffer}", Is.EqualTo("‹secret›"));
    }

    /// <summary>Leaves a copy far below, as a library does that does not clean up.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void WorkWith(SecretBuffer buffer)
    {
        byte* deep = stackalloc byte[UsedDepth / 2];
        buffer.Span.CopyTo(new Span<byte>(deep, buffer.Length));
    }

    private static nuint AddressOf(SecretBuffer buffer) =>
        (nuint)System.Runtime.CompilerServices.Unsafe.AsPointer(ref MemoryMarshal.GetReference(buffer.Span));

    /// <summary>The kernel's account of the mapping that holds an address, and of its neighbours.</summary>
    private static (string Before, string Own, string After) MappingsAround(nuint address)
    {
        var mappings = new List<(nuint Start, nuint End, string Text)>();
        foreach (string line in File.ReadLines("/proc/self/smaps"))
        {
            string[] range = line.Split(' ')[0].Split('-');
            if (range.Length == 2
                && nuint.TryParse(range[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out nuint start)
                && nuint.TryParse(range[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out nuint end))
            {
                mappings.Add((start, end, line + "\n"));
            }
            else
            {
                mappings[^1] = mappings[^1] with { Text = mappings[^1].Text + line + "\n" };
            }
        }

        int own = mappings.FindIndex(mapping => mapping.Start <= address && address < mapping.End);
        return own < 0
            ? (string.Empty, string.Empty, string.Empty)
            : (mappings[own - 1].Text, mappings[own].Text, mappings[own + 1].Text);
    }
}
