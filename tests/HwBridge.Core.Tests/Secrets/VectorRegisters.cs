using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace HwBridge.Core.Tests.Secrets;

/// <summary>All of x64's vector registers, by machine code: 32 of 64 bytes with AVX-512, 16 of 32 with AVX, else 16 of 16.</summary>
internal sealed unsafe partial class VectorRegisters : IDisposable
{
    private const int ReadWriteExecute = 7;
    private const int PrivateAnonymous = 0x22;
    private const int PageSize = 4096;
    private const byte Load = 0x6f;
    private const byte Store = 0x7f;

    private static readonly int Width = Vector512.IsHardwareAccelerated ? 64 : Vector256.IsHardwareAccelerated ? 32 : 16;
    private static readonly int Registers = Width == 64 ? 32 : 16;

    private readonly byte* _page;
    private readonly delegate* unmanaged[SuppressGCTransition]<byte*, void> _load;
    private readonly delegate* unmanaged[SuppressGCTransition]<byte*, void> _store;

    internal VectorRegisters()
    {
        Assert.That(RuntimeInformation.ProcessArchitecture, Is.EqualTo(Architecture.X64), "the machine code is x64's");
        _page = (byte*)mmap(0, PageSize, ReadWriteExecute, PrivateAnonymous, -1, 0);
        Assert.That((nint)_page, Is.Not.EqualTo(-1));
        Span<byte> code = new(_page, PageSize);
        _load = (delegate* unmanaged[SuppressGCTransition]<byte*, void>)_page;
        int loadSize = Write(code, Load);
        _store = (delegate* unmanaged[SuppressGCTransition]<byte*, void>)(_page + loadSize);
        Write(code[loadSize..], Store);
    }

    public void Dispose() => _ = munmap(_page, PageSize);

    /// <summary>Fills every register with the pattern, has something done, and counts the registers that still have any 8 bytes of it.</summary>
    internal int Count(ReadOnlySpan<byte> pattern, Action between)
    {
        byte* held = stackalloc byte[Registers * Width];
        Span<byte> content = new(held, Registers * Width);

        // Twice: the first time compiles what lies between.
        for (int i = 0; i < 2; i++)
        {
            for (int at = 0; at < content.Length; at += 16)
            {
                pattern[..16].CopyTo(content[at..]);
            }

            _load(held);
            between();
            _store(held);
        }

        int count = 0;
        for (int register = 0; register < Registers; register++)
        {
            ReadOnlySpan<byte> one = content.Slice(register * Width, Width);
            count += one.IndexOf(pattern[..8]) >= 0 || one.IndexOf(pattern[8..16]) >= 0 ? 1 : 0;
        }

        return count;
    }

    /// <summary>One (V)MOVDQU a register, from or to where rdi points, and RET (Intel SDM, volume 2, MOVDQU).</summary>
    private static int Write(Span<byte> code, byte operation)
    {
        int at = 0;
        for (int register = 0; register < Registers; register++)
        {
            // The encodings keep the bits of a register's number inverted, but for its lowest three.
            bool eighth = (register & 8) != 0;
            byte[] prefix = Width switch
            {
                64 => [0x62, (byte)(0x61 | (eighth ? 0 : 0x80) | ((register & 16) != 0 ? 0 : 0x10)), 0xfe, 0x48],
                32 => [0xc5, (byte)(eighth ? 0x7e : 0xfe)],
                _ => eighth ? [0xf3, 0x44, 0x0f] : [0xf3, 0x0f],
            };
            prefix.CopyTo(code[at..]);
            at += prefix.Length;
            code[at++] = operation;
            code[at++] = (byte)(0x87 | ((register & 7) << 3));
            BitConverter.TryWriteBytes(code[at..], register * Width);
            at += sizeof(int);
        }

        code[at++] = 0xc3;
        return at;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial void* mmap(nint address, nuint length, int protection, int flags, int descriptor, nint offset);

    [LibraryImport("libc")]
    private static partial int munmap(void* address, nuint length);
}
