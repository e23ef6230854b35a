namespace HwBridge.Core.ReedSolomon;

/// <summary>
/// The systematic Reed–Solomon code of ISO/IEC 18004 over GF(2^8), whose generator has the roots α^0 … α^(parity − 1): words of up to 255 bytes, of
/// which any (parity ÷ 2) wrong ones, or as many missing ones as there is parity, are restored.
/// </summary>
public sealed class ReedSolomonCode
{
    /// <summary>The longest word, parity included.</summary>
    public const int MaxLength = GaloisField.Order;

    // Without its leading 1, by falling degree.
    private readonly byte[] _generator;

    /// <summary>A code.</summary>
    /// <param name="parity">How many bytes are added to a word: 1 … 254.</param>
    public ReedSolomonCode(int parity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(parity, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(parity, MaxLength);
        Parity = parity;
        byte[] product = new byte[parity + 1];
        product[0] = 1;
        for (int root = 0; root < parity; root++)
        {
            for (int i = root + 1; i > 0; i--)
            {
                product[i] ^= GaloisField.Multiply(product[i - 1], GaloisField.Power(root));
            }
        }

        _generator = product[1..];
    }

    /// <summary>How many bytes are added to a word.</summary>
    public int Parity { get; }

    /// <summary>The parity of many words at once: each column of the rows is one.</summary>
    /// <param name="data">Rows of <paramref name="width"/> bytes, one after the other: the data bytes of the words, first bytes first.</param>
    /// <param name="width">How many words.</param>
    /// <param name="parity">Receives <see cref="Parity"/> rows.</param>
    public void Encode(ReadOnlySpan<byte> data, int width, Span<byte> parity)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(data.Length % width, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((data.Length / width) + Parity, MaxLength);
        ArgumentOutOfRangeException.ThrowIfNotEqual(parity.Length, Parity * width);
        parity.Clear();
        byte[] feedback = new byte[width];
        byte[] rows = new byte[parity.Length];
        int first = 0;
        for (; !data.IsEmpty; data = data[width..])
        {
            // A division by the generator: the remainder moves up by a row, whose place the first one's takes as a new last row.
            Span<byte> leading = rows.AsSpan(first * width, width);
            data[..width].CopyTo(feedback);
            GaloisField.MultiplyAdd(1, leading, feedback);
            leading.Clear();
            first = (first + 1) % Parity;
            for (int i = 0; i < Parity; i++)
            {
                GaloisField.MultiplyAdd(_generator[i], feedback, rows.AsSpan((first + i) % Parity * width, width));
            }
        }

        rows.AsSpan(first * width).CopyTo(parity);
        rows.AsSpan(0, first * width).CopyTo(parity[((Parity - first) * width)..]);
    }

    /// <summary>Restores a word in place.</summary>
    /// <param name="word">Data and parity.</param>
    /// <param name="missing">Places whose bytes are known to be worthless, each once.</param>
    /// <returns>False, and the word as it was, when there is more damage than the code restores and it shows.</returns>
    /// <remarks>Much more damage than that can end in another valid word: only a checksum of the whole tells.</remarks>
    public bool TryDecode(Span<byte> word, ReadOnlySpan<int> missing)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(word.Length, MaxLength);
        Span<byte> syndromes = stackalloc byte[Parity];
        if (!Syndromes(word, syndromes))
        {
            return true;
        }

        if (missing.Length > Parity)
        {
            return false;
        }

        Span<byte> locator = stackalloc byte[Parity + 1];
        Span<int> places = stackalloc int[Parity];
        int count = Locate(syndromes, word.Length, missing, locator);
        if (count < 0 || Roots(locator, count, word.Length, places) != count)
        {
            return false;
        }

        Span<byte> errors = stackalloc byte[count];
        Values(syndromes, locator, places[..count], word.Length, errors);
        Add(errors, places, word);
        if (!Syndromes(word, syndromes))
        {
            return true;
        }

        Add(errors, places, word);
        return false;
    }

    private static void Add(ReadOnlySpan<byte> errors, ReadOnlySpan<int> places, Span<byte> word)
    {
        for (int i = 0; i < errors.Length; i++)
        {
            word[places[i]] ^= errors[i];
        }
    }

    /// <summary>The word at each root of the generator; false when it is valid, so that all of them are 0.</summary>
    private static bool Syndromes(ReadOnlySpan<byte> word, Span<byte> syndromes)
    {
        int any = 0;
        for (int i = 0; i < syndromes.Length; i++)
        {
            byte root = GaloisField.Power(i);
            byte sum = 0;
            foreach (byte coefficient in word)
            {
                sum = (byte)(GaloisField.Multiply(sum, root) ^ coefficient);
            }

            syndromes[i] = sum;
            any |= sum;
        }

        return any != 0;
    }

    /// <summary>The polynomial whose roots are the inverses of the wrong places' locators (Berlekamp and Massey, from the missing ones on).</summary>
    /// <returns>Its degree; −1 when it is more than the code restores.</returns>
    private int Locate(ReadOnlySpan<byte> syndromes, int length, ReadOnlySpan<int> missing, Span<byte> locator)
    {
        locator.Clear();
        locator[0] = 1;
        for (int k = 0; k < missing.Length; k++)
        {
            byte place = GaloisField.Power(length - 1 - missing[k]);
            for (int i = k + 1; i > 0; i--)
            {
                locator[i] ^= GaloisField.Multiply(locator[i - 1], place);
            }
        }

        Span<byte> earlier = stackalloc byte[Parity + 2];
        Span<byte> next = stackalloc byte[Parity + 1];
        locator.CopyTo(earlier);
        int degree = missing.Length;
        for (int step = missing.Length + 1; step <= Parity; step++)
        {
            byte discrepancy = 0;
            for (int i = 0; i <= Math.Min(degree, step - 1); i++)
            {
                discrepancy ^= GaloisField.Multiply(locator[i], syndromes[step - 1 - i]);
            }

            // earlier · x
            earlier[..^1].CopyTo(earlier[1..]);
            earlier[0] = 0;
            locator.CopyTo(next);
            GaloisField.MultiplyAdd(discrepancy, earlier[..(Parity + 1)], next);
            if (discrepancy != 0 && 2 * degree <= step + missing.Length - 1)
            {
                degree = step + missing.Length - degree;
                earlier.Clear();
                GaloisField.MultiplyAdd(GaloisField.Invert(discrepancy), locator, earlier[..(Parity + 1)]);
            }

            next.CopyTo(locator);
        }

        bool restorable = (2 * degree) - missing.Length <= Parity && locator[(degree + 1)..].IndexOfAnyExcept((byte)0) < 0;
        return restorable ? degree : -1;
    }

    /// <summary>The places whose locators' inverses are roots, by trying each (Chien).</summary>
    private static int Roots(ReadOnlySpan<byte> locator, int degree, int length, Span<int> places)
    {
        int count = 0;
        for (int place = 0; place < length && count <= degree; place++)
        {
            if (Evaluate(locator[..(degree + 1)], Inverse(place, length)) == 0)
            {
                if (count == places.Length)
                {
                    return -1;
                }

                places[count++] = place;
            }
        }

        return count;
    }

    /// <summary>What is wrong at each place (Forney).</summary>
    private void Values(
        ReadOnlySpan<byte> syndromes, ReadOnlySpan<byte> locator, ReadOnlySpan<int> places, int length, Span<byte> errors)
    {
        Span<byte> evaluator = stackalloc byte[Parity];
        for (int i = 0; i < Parity; i++)
        {
            for (int j = 0; j <= Math.Min(i, places.Length); j++)
            {
                evaluator[i] ^= GaloisField.Multiply(locator[j], syndromes[i - j]);
            }
        }

        // The derivative: in characteristic 2 only the odd powers are left.
        Span<byte> derivative = stackalloc byte[places.Length];
        for (int i = 1; i <= places.Length; i += 2)
        {
            derivative[i - 1] = locator[i];
        }

        for (int i = 0; i < places.Length; i++)
        {
            byte inverse = Inverse(places[i], length);
            byte quotient = GaloisField.Multiply(Evaluate(evaluator, inverse), GaloisField.Invert(Evaluate(derivative, inverse)));
            errors[i] = GaloisField.Multiply(GaloisField.Power(length - 1 - places[i]), quotient);
        }
    }

    /// <summary>1 ÷ α^(the power of x at that place).</summary>
    private static byte Inverse(int place, int length) => GaloisField.Power(GaloisField.Order - (length - 1 - place));

    /// <summary>A polynomial by rising degree.</summary>
    private static byte Evaluate(ReadOnlySpan<byte> polynomial, byte x)
    {
        byte sum = 0;
        for (int i = polynomial.Length - 1; i >= 0; i--)
        {
            sum = (byte)(GaloisField.Multiply(sum, x) ^ polynomial[i]);
        }

        return sum;
    }
}
