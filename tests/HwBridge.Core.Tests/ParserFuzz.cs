using FsCheck;
using FsCheck.Fluent;
using HwBridge.Core.Faults;

namespace HwBridge.Core.Tests;

/// <summary>
/// Changes of real files that a parser must survive: a value or a <see cref="FaultException"/>, and memory in the input's scale.
/// </summary>
internal static class ParserFuzz
{
    private static readonly string[] Texts =
    [
        "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u0000", "\\ud800", "0x", "null", "1e999", "-0", "99999999999999999999",
        "\r\n", "#", "\ufeff",
    ];

    private static readonly byte[][] Pieces = [.. Texts.Select(System.Text.Encoding.UTF8.GetBytes), [0xff], [0x00]];

    internal static Property Survives(byte[][] originals, Action<byte[]> parse)
    {
        Gen<byte[]> mutated =
            from original in Gen.Elements(originals)
            from edits in EditsOf(original.Length).ListOf()
            select edits.Aggregate(original, static (bytes, edit) => edit(bytes));
        Gen<byte[]> random = ArbMap.Default.GeneratorFor<byte[]>();
        Gen<byte[]> joined = Gen.Elements(Pieces).ListOf().Select(static pieces => pieces.SelectMany(static piece => piece).ToArray());
        return Prop.ForAll(Gen.Frequency((8, mutated), (1, random), (1, joined)).ToArbitrary(), input =>
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                parse(input);
            }
            catch (FaultException fault)
            {
                Assert.That(fault.Fault, Is.EqualTo(Fault.BadInput));
            }

            Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(200_000 + (100L * input.Length)));
        });
    }

    private static Gen<Func<byte[], byte[]>> EditsOf(int length)
    {
        Gen<int> place = Gen.Choose(0, Math.Max(length - 1, 0));
        Gen<Func<byte[], byte[]>> flip = from at in place from bit in Gen.Choose(0, 7) select Flip(at, bit);
        Gen<Func<byte[], byte[]>> cut = from at in place select Cut(at);
        Gen<Func<byte[], byte[]>> drop = from at in place from count in Gen.Choose(1, 40) select Drop(at, count);
        Gen<Func<byte[], byte[]>> insert = from at in place from piece in Gen.Elements(Pieces) select Insert(at, piece);
        Gen<Func<byte[], byte[]>> repeat = from at in place from count in Gen.Choose(1, 400) select Repeat(at, count);
        return Gen.OneOf(flip, cut, drop, insert, repeat);
    }

    private static Func<byte[], byte[]> Flip(int at, int bit) => bytes =>
    {
        byte[] changed = [.. bytes];
        if (at < changed.Length)
        {
            changed[at] ^= (byte)(1 << bit);
        }

        return changed;
    };

    private static Func<byte[], byte[]> Cut(int at) => bytes => bytes[..Math.Min(at, bytes.Length)];

    private static Func<byte[], byte[]> Drop(int at, int count) => bytes =>
        [.. bytes.AsSpan(0, Math.Min(at, bytes.Length)), .. bytes.AsSpan(Math.Min(at + count, bytes.Length))];

    private static Func<byte[], byte[]> Insert(int at, byte[] piece) => bytes =>
        [.. bytes.AsSpan(0, Math.Min(at, bytes.Length)), .. piece, .. bytes.AsSpan(Math.Min(at, bytes.Length))];

    private static Func<byte[], byte[]> Repeat(int at, int count) => bytes =>
    {
        int start = Math.Min(at, bytes.Length);
        int end = Math.Min(at + count, bytes.Length);
        return [.. bytes.AsSpan(0, end), .. bytes.AsSpan(start)];
    };
}
