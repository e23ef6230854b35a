namespace HwBridge.Emulators.Trezor;

/// <summary>The eight characters after <c>#</c> in an output descriptor. BIP-380 §Checksum.</summary>
internal static class DescriptorChecksum
{
    private const string Input =
        "0123456789()[],'/*abcdefgh@:$%{}IJKLMNOPQRSTUVWXYZ&+-.;<=>?!^_|~ijklmnopqrstuvwxyzABCDEFGH`#\"\\ ";

    private const string Output = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    private static readonly ulong[] Generator = [0xf5dee51989, 0xa9fdca3312, 0x1bab10e32d, 0x3706b1677a, 0x644d626ffd];

    internal static string Of(string descriptor)
    {
        ulong check = 1;
        int groups = 0;
        int inGroup = 0;
        foreach (char character in descriptor)
        {
            int symbol = Input.IndexOf(character, StringComparison.Ordinal);
            check = Step(check, (ulong)symbol & 31);
            groups = (groups * 3) + (symbol >> 5);
            if (++inGroup == 3)
            {
                check = Step(check, (ulong)groups);
                groups = inGroup = 0;
            }
        }

        if (inGroup > 0)
        {
            check = Step(check, (ulong)groups);
        }

        for (int i = 0; i < 8; i++)
        {
            check = Step(check, 0);
        }

        check ^= 1;
        return string.Create(8, check, static (text, value) =>
        {
            for (int i = 0; i < text.Length; i++)
            {
                text[i] = Output[(int)(value >> (5 * (7 - i))) & 31];
            }
        });
    }

    private static ulong Step(ulong check, ulong value)
    {
        ulong top = check >> 35;
        check = ((check & 0x7ffffffff) << 5) ^ value;
        for (int i = 0; i < Generator.Length; i++)
        {
            check ^= ((top >> i) & 1) == 1 ? Generator[i] : 0;
        }

        return check;
    }
}
