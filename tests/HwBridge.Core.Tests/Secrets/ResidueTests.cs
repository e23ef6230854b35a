using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using HwBridge.Core.Bls;
using HwBridge.Core.Secrets;

namespace HwBridge.Core.Tests.Secrets;

internal sealed class ResidueTests
{
    private static readonly byte[] Pattern = SHA256.HashData("left behind"u8);

    [Test]
    public void Wipe_AfterAMethodLeftSomething_LeavesNothingOfIt()
    {
        LeaveBehind();
        int before = Count(Pattern);
        LeaveBehind();
        Residue.Wipe();
        int after = Count(Pattern);
        Assert.That(before, Is.GreaterThan(0), "what a method leaves on the stack is found");
        Assert.That(after, Is.Zero);
    }

    /// <summary>A signal, or the first call of a method that is bound late, writes them onto the stack at any moment after.</summary>
    [Test]
    public void Wipe_AfterAMethodLeftSomethingInRegisters_LeavesNothingOfIt()
    {
        using VectorRegisters registers = new();
        Assert.That(registers.Count(Pattern, static () => { }), Is.GreaterThan(8), "what stands in the registers is found");
        Assert.That(registers.Count(Pattern, Residue.Wipe), Is.Zero);
    }

    /// <summary>Both wipe deeper than their own frames reach: what lay there before is gone too.</summary>
    [Test]
    public void SignAndDerivePublicKey_WhereSomethingLaidDeeper_LeaveNothingOfIt()
    {
        byte[] scalar = SHA256.HashData("a secret key"u8);
        scalar[0] &= 0x3f;
        ManagedBls12381 bls = new();
        byte[] signature = new byte[BlsSignature.Size];
        byte[] publicKey = new byte[BlsPublicKey.Size];

        // The compiler, which writes on the same stack, has to be through with them.
        bls.Sign(scalar, Pattern, BlsSignature.Suite, signature);
        bls.DerivePublicKey(scalar, publicKey);
        LeaveBehind();
        bls.Sign(scalar, Pattern, BlsSignature.Suite, signature);
        int beneathSign = Count(Pattern);
        LeaveBehind();
        bls.DerivePublicKey(scalar, publicKey);
        int beneathDerive = Count(Pattern);
        Assert.That(beneathSign, Is.Zero);
        Assert.That(beneathDerive, Is.Zero);
    }

    /// <summary>Writes the pattern deep down in a frame of its own.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void LeaveBehind()
    {
        Span<byte> frame = stackalloc byte[24 * 1024];
        Pattern.CopyTo(frame);
    }

    /// <summary>How often the bytes are found in the stack below the caller.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Count(ReadOnlySpan<byte> wanted)
    {
        Span<byte> below = stackalloc byte[28 * 1024];
        return below.Count(wanted);
    }
}
