using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using HwBridge.Core.Bls;
using HwBridge.Core.Bls.G2;
using HwBridge.Core.Secrets;

namespace HwBridge.Core.Tests.Secrets;

internal sealed class UsedStackTests
{
    private static readonly byte[] Pattern = SHA256.HashData("left behind"u8);

    [Test]
    public void Wipe_AfterAMethodLeftSomething_LeavesNothingOfIt()
    {
        LeaveBehind();
        int before = Count(Pattern);
        LeaveBehind();
        UsedStack.Wipe();
        int after = Count(Pattern);
        Assert.That(before, Is.GreaterThan(0), "what a method leaves on the stack is found");
        Assert.That(after, Is.Zero);
    }

    [Test]
    public void Sign_WithAnyKey_LeavesNoDigitOfItOnTheStack()
    {
        byte[] scalar = SHA256.HashData("a secret key"u8);
        scalar[0] &= 0x3f;
        byte[][] digits = Digits(scalar);
        byte[] signature = new byte[BlsSignature.Size];
        int found = 0;
        foreach (byte[] digit in digits)
        {
            Bls12381.Default.Sign(scalar, Pattern, BlsSignature.Suite, signature);
            found += Count(digit);
        }

        Assert.That(digits, Has.Length.EqualTo(8));
        Assert.That(found, Is.Zero);
    }

    /// <summary>The four digits as they are used, and the scalar in words of either order.</summary>
    private static byte[][] Digits(byte[] scalar)
    {
        G2Multiplication.Digits digits = default;
        G2Multiplication.Recode(scalar, ref digits);
        byte[] reversed = [.. scalar.Reverse()];
        return
        [
            .. new[] { digits.Positive, digits.First, digits.Second, digits.Third }.Select(BitConverter.GetBytes),
            scalar[..8], scalar[16..24], reversed[..8], reversed[16..24],
        ];
    }

    /// <summary>Writes the pattern deep down in a frame of its own.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void LeaveBehind()
    {
        Span<byte> frame = stackalloc byte[8 * 1024];
        Pattern.CopyTo(frame);
    }

    /// <summary>How often the bytes are found in the stack below the caller.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Count(ReadOnlySpan<byte> wanted)
    {
        Span<byte> below = stackalloc byte[24 * 1024];
        return below.Count(wanted);
    }
}
