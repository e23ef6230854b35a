using System.Security.Cryptography;
using System.Text;
using HwBridge.Core.Bls;
using HwBridge.Core.Bls.Field;
using HwBridge.Core.Bls.G2;
using HwBridge.Core.Cryptography;
using HwBridge.Core.Eip2333;
using HwBridge.Core.Eip2335;
using HwBridge.Core.Secrets;
using HwBridge.Core.Shamir;
using HwBridge.Protocols.Age;

namespace HwBridge.Timing;

/// <summary>What must take the same time for every secret.</summary>
internal static class TimingSubjects
{
    private const string Secrets = "one secret, random ones";
    private const string OneAndRandom = "the secret 1, random ones";
    private const string Differences = "first byte differs; last byte or none";

    /// <summary>Keeps results in use.</summary>
    private static volatile bool _answer;

    private static FpLanes _product = FpConstants.One;

    private static G2Point _sum = G2Point.Infinity;

    internal static IEnumerable<TimingSubject> All() =>
    [
        PublicKey(Secrets, FixedOrRandomKey),
        PublicKey(OneAndRandom, OneOrRandomKey),
        Signature(),
        RangeCheck(),
        Reduction(),
        MasterKey(),
        ChildKey(),
        HexEncoding(),
        HexDecoding(),
        Comparison(),
        ZeroCheck(),
        KeystoreChecksum(),
        AgeHeaderMac(),
        Poly1305Tag(),
        ShareOfAKey(),
        JoinedShares(),
    ];

    private static TimingSubject PublicKey(string classes, Draw draw)
    {
        byte[] key = new byte[BlsSecretKey.Size];
        byte[] publicKey = new byte[BlsPublicKey.Size];
        return new TimingSubject(
            "BLS public key",
            classes,
            key,
            draw,
            () => Bls12381.Default.DerivePublicKey(key, publicKey),
            () => MultiplyIfOdd(key))
        {
            Samples = 40_000,
        };
    }

    private static TimingSubject Signature()
    {
        byte[] key = new byte[BlsSecretKey.Size];
        byte[] message = Fixed(32);
        byte[] signature = new byte[BlsSignature.Size];
        return new TimingSubject(
            "BLS signature",
            OneAndRandom,
            key,
            OneOrRandomKey,
            () => Bls12381.Default.Sign(key, message, BlsSignature.Suite, signature),
            () => AddIfOdd(key))
        {
            Samples = 12_000,
        };
    }

    private static TimingSubject RangeCheck()
    {
        // r, the group's order: what a comparison from the left stops early at.
        byte[] order = Convert.FromHexString("73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001");
        byte[] scalar = new byte[BlsSecretKey.Size];
        return new TimingSubject(
            "range check of a secret key",
            "r − 1, random numbers",
            scalar,
            (input, second) =>
            {
                RandomNumberGenerator.Fill(input);
                if (!second)
                {
                    order.CopyTo(input);
                    input[^1] = 0;
                }
            },
            () => _answer = ScalarField.IsValidSecretKey(scalar),
            () => _answer = EqualsWithEarlyExit(scalar, order))
        {
            Samples = 60_000,
            Calls = 4,
        };
    }

    private static TimingSubject Reduction()
    {
        byte[] wide = new byte[48];
        byte[] scalar = new byte[BlsSecretKey.Size];
        return new TimingSubject(
            "reduction modulo r",
            "0, random numbers",
            wide,
            ZeroOrRandom,
            () => ScalarField.Reduce(wide, scalar),
            () => MultiplyIfOdd(wide))
        {
            Samples = 60_000,
        };
    }

    private static TimingSubject MasterKey()
    {
        byte[] seed = new byte[64];
        return new TimingSubject(
            "EIP-2333 master key",
            Secrets,
            seed,
            FixedOrRandom,
            () => Eip2333KeyDerivation.DeriveMaster(seed).Dispose(),
            () => HashIfOdd(seed))
        {
            Samples = 25_000,
        };
    }

    private static TimingSubject ChildKey()
    {
        byte[] parent = new byte[BlsSecretKey.Size];
        BlsSecretKey? key = null;
        return new TimingSubject(
            "EIP-2333 child key",
            Secrets,
            parent,
            FixedOrRandomKey,
            () => Eip2333KeyDerivation.DeriveChild(key!, 7).Dispose(),
            () => HashIfOdd(parent))
        {
            Samples = 15_000,
            Load = () =>
            {
                key?.Dispose();
                _ = BlsSecretKey.TryFromBytes(parent, out key);
            },
        };
    }

    private static TimingSubject HexEncoding()
    {
        byte[] secret = new byte[32];
        byte[] digits = new byte[2 * secret.Length];
        return new TimingSubject(
            "hexadecimal digits of a secret, written",
            Secrets,
            secret,
            FixedOrRandom,
            () => SecretHex.Encode(secret, digits),
            () => EncodeHexWithBranches(secret, digits))
        {
            Samples = 40_000,
        };
    }

    private static TimingSubject HexDecoding()
    {
        byte[] secret = new byte[32];
        byte[] digits = new byte[2 * secret.Length];
        return new TimingSubject(
            "hexadecimal digits of a secret, read",
            Secrets,
            digits,
            (input, second) =>
            {
                Span<byte> bytes = stackalloc byte[secret.Length];
                FixedOrRandom(bytes, second);
                Encoding.ASCII.GetBytes(Convert.ToHexStringLower(bytes), input);
            },
            () => _answer = SecretHex.TryDecode(digits, secret),
            () => DecodeHexWithBranches(digits, secret))
        {
            Samples = 60_000,
        };
    }

    private static TimingSubject Comparison()
    {
        SecretBuffer token = SecretBuffer.CopyOf(Fixed(32));
        byte[] given = new byte[token.Length];
        return new TimingSubject(
            "comparison of a token or password",
            Differences,
            given,
            (input, second) => FirstOrLastDiffers(Fixed(32), input, second),
            () => _answer = token.ConstantTimeEquals(given),
            () => _answer = EqualsWithEarlyExit(given, token.Span))
        {
            Samples = 60_000,
            Calls = 16,
        };
    }

    private static TimingSubject ZeroCheck()
    {
        byte[] secret = new byte[32];
        byte[] zero = new byte[32];
        return new TimingSubject(
            "check whether a shared secret is 0",
            Differences,
            secret,
            (input, second) => FirstOrLastDiffers(zero, input, second),
            () => _answer = SecretBuffer.IsZero(secret),
            () => _answer = EqualsWithEarlyExit(secret, zero))
        {
            Samples = 60_000,
            Calls = 16,
        };
    }

    private static TimingSubject KeystoreChecksum()
    {
        SecretBuffer derived = SecretBuffer.CopyOf(Fixed(KeystoreKdf.KeySize));
        byte[] cipherText = new byte[BlsSecretKey.Size];
        byte[] right = SHA256.HashData([.. derived.Span[16..], .. cipherText]);
        byte[] checksum = new byte[Keystore.ChecksumSize];
        Keystore keystore = new("the test", KeystoreKdf.Pbkdf2, [], new byte[Keystore.IvSize], cipherText, checksum);
        return new TimingSubject(
            "checksum of a keystore's password",
            Differences,
            checksum,
            (input, second) => FirstOrLastDiffers(right, input, second),
            () => _answer = keystore.Fits(derived),
            () => _answer = EqualsWithEarlyExit(checksum, right))
        {
            Samples = 60_000,
        };
    }

    private static TimingSubject AgeHeaderMac()
    {
        SecretBuffer fileKey = SecretBuffer.CopyOf(Fixed(AgeFile.FileKeySize));
        AgeHeader right = AgeHeader.Create([new AgeStanza("test", ["argument"], new byte[16])], fileKey);
        byte[] text = new byte[right.Length];
        right.WriteTo(text);
        byte[] mac = new byte[32];
        _ = AgeBase64.TryDecodeExactly(text.AsSpan()[^44..^1], mac);
        byte[] given = new byte[mac.Length];
        AgeHeader header = right;
        return new TimingSubject(
            "MAC of an age header",
            Differences,
            given,
            (input, second) => FirstOrLastDiffers(mac, input, second),
            () => _answer = header.IsAuthentic(fileKey),
            () => _answer = EqualsWithEarlyExit(given, mac))
        {
            Samples = 100_000,
            Load = () =>
            {
                AgeBase64.Encode(given, text.AsSpan()[^44..^1]);
                header = AgeHeader.Parse(text);
            },
        };
    }

    private static TimingSubject Poly1305Tag()
    {
        byte[] key = Fixed(ChaCha20Poly1305Ietf.KeySize);
        byte[] nonce = new byte[ChaCha20Poly1305Ietf.NonceSize];
        byte[] plaintext = new byte[AgeFile.FileKeySize];
        byte[] right = new byte[plaintext.Length + ChaCha20Poly1305Ietf.TagSize];
        ChaCha20Poly1305Ietf.Encrypt(key, nonce, plaintext, right);
        byte[] ciphertext = new byte[right.Length];
        return new TimingSubject(
            "Poly1305 tag of an age stanza",
            "first byte differs; last byte",
            ciphertext,
            (input, second) =>
            {
                right.CopyTo(input);
                input[second ? ^1 : ^ChaCha20Poly1305Ietf.TagSize] ^= 1;
            },
            () => _answer = ChaCha20Poly1305Ietf.TryDecrypt(key, nonce, ciphertext, plaintext),
            () => _answer = EqualsWithEarlyExit(ciphertext.AsSpan(plaintext.Length), right.AsSpan(plaintext.Length)))
        {
            Samples = 60_000,
        };
    }

    private static TimingSubject ShareOfAKey()
    {
        // The key and two coefficients for each of its bytes.
        byte[] input = new byte[3 * AgeFile.FileKeySize];
        byte[] share = new byte[AgeFile.FileKeySize];
        return new TimingSubject(
            "share of a file key",
            "0, random keys and coefficients",
            input,
            ZeroOrRandom,
            () => SecretSharing.Evaluate(input.AsSpan(0, share.Length), input.AsSpan(share.Length), 0xfd, share),
            () => MultiplyIfOdd(input))
        {
            Samples = 60_000,
        };
    }

    private static TimingSubject JoinedShares()
    {
        byte[] input = new byte[2 * AgeFile.FileKeySize];
        SecretShare[] shares = [.. ((byte[])[3, 0xfd]).Select(static x => new SecretShare(x, SecretBuffer.Allocate(AgeFile.FileKeySize)))];
        return new TimingSubject(
            "file key of two shares",
            "0, random shares",
            input,
            ZeroOrRandom,
            () => SecretSharing.Join(shares).Dispose(),
            () => MultiplyIfOdd(input))
        {
            Samples = 60_000,
            Load = () =>
            {
                input.AsSpan(0, AgeFile.FileKeySize).CopyTo(shares[0].Y.Span);
                input.AsSpan(AgeFile.FileKeySize).CopyTo(shares[1].Y.Span);
            },
        };
    }

    private static void ZeroOrRandom(Span<byte> input, bool second)
    {
        RandomNumberGenerator.Fill(input);
        if (!second)
        {
            input.Clear();
        }
    }

    private static byte[] Fixed(int length) => [.. Enumerable.Range(0, length).Select(static i => (byte)((i * 37) + 1))];

    private static void FixedOrRandom(Span<byte> input, bool second)
    {
        RandomNumberGenerator.Fill(input);
        if (!second)
        {
            Fixed(input.Length).CopyTo(input);
            input[^1] |= 1;
        }
    }

    /// <summary>Below 2^254, and so below r.</summary>
    private static void FixedOrRandomKey(Span<byte> input, bool second)
    {
        FixedOrRandom(input, second);
        input[0] &= 0x3f;
    }

    /// <summary>The secret whose windows are all 0 but one.</summary>
    private static void OneOrRandomKey(Span<byte> input, bool second)
    {
        FixedOrRandomKey(input, second);
        if (!second)
        {
            input.Clear();
            input[^1] = 1;
        }
    }

    private static void FirstOrLastDiffers(ReadOnlySpan<byte> right, Span<byte> input, bool second)
    {
        right.CopyTo(input);
        int last = RandomNumberGenerator.GetInt32(2);
        input[second ? ^1 : 0] ^= (byte)(second ? last : 1);
    }

    /// <summary>One operation among the hundreds of a scalar multiplication, behind one bit of the secret.</summary>
    private static void MultiplyIfOdd(byte[] secret)
    {
        if ((secret[^1] & 1) != 0)
        {
            FpLanes.Multiply(ref _product, ref _product, ref _product);
        }
    }

    /// <summary>As by a multiplication that leaves out one digit when it is 0.</summary>
    private static void AddIfOdd(byte[] secret)
    {
        if ((secret[^1] & 1) != 0)
        {
            G2Scratch scratch = default;
            _sum.Add(in _sum, ref scratch);
        }
    }

    private static void HashIfOdd(byte[] secret)
    {
        if ((secret[^1] & 1) != 0)
        {
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(secret, hash);
        }
    }

    private static bool EqualsWithEarlyExit(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        for (int i = 0; i < left.Length; i++)
        {
            if (left[i] != right[i])
            {
                return false;
            }
        }

        return true;
    }

    private static void EncodeHexWithBranches(byte[] secret, byte[] digits)
    {
        for (int i = 0; i < digits.Length; i++)
        {
            int digit = (secret[i / 2] >> (4 * (~i & 1))) & 15;
            digits[i] = (byte)(digit < 10 ? '0' + digit : 'a' - 10 + digit);
        }
    }

    private static void DecodeHexWithBranches(byte[] digits, byte[] secret)
    {
        for (int i = 0; i < digits.Length; i++)
        {
            byte digit = digits[i];
            if (digit <= '9')
            {
                secret[i / 2] = (byte)((secret[i / 2] << 4) | (digit - '0'));
            }
            else
            {
                secret[i / 2] = (byte)((secret[i / 2] << 4) | (digit - 'a' + 10));
            }
        }
    }
}
