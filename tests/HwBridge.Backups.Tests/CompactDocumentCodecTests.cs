using System.Text;
using System.Text.Json;
using HwBridge.Core.Bls;
using HwBridge.Core.Eip2334;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;

namespace HwBridge.Backups.Tests;

public class CompactDocumentCodecTests
{
    [TestCase(1, false)]
    [TestCase(3, true)]
    [TestCase(200, false)]
    public void Read_OfWrite_GivesTheSameDocument(int count, bool withOthers)
    {
        using BackupDocument document = TestKeys.Document(count, withOthers);
        using SecretBuffer compact = CompactDocumentCodec.Write(document);
        using BackupDocument read = BackupDocumentCodec.Read(compact.Span);
        AssertSame(read, document);
    }

    [Test]
    public void Write_SigningKeysInOrder_Takes33BytesEach()
    {
        int one = Size(1);
        Assert.That(one, Is.EqualTo(14 + 33 + 16));
        Assert.That(Size(60), Is.EqualTo(one + (59 * 33)));

        static int Size(int count)
        {
            using BackupDocument document = InOrder(count);
            using SecretBuffer compact = CompactDocumentCodec.Write(document);
            return compact.Length;
        }
    }

    [Test]
    public void Vector_OfAnIndependentWriter_IsReadAndWritten()
    {
        JsonElement vector = VectorFile.Read("compact_document");
        byte[] bytes = Convert.FromHexString(vector.GetProperty("document").GetString()!);
        using BackupDocument read = BackupDocumentCodec.Read(bytes);
        Assert.That(read.Created, Is.EqualTo(vector.GetProperty("created").GetDateTimeOffset()));
        Assert.That(
            read.Validators.Select(validator => validator.Path?.ToString()),
            Is.EqualTo(vector.GetProperty("paths").EnumerateArray().Select(path => path.GetString())));
        string[] secrets = [.. vector.GetProperty("secrets").EnumerateArray().Select(secret => secret.GetString()!)];
        for (int i = 0; i < secrets.Length; i++)
        {
            Assert.That(Convert.ToHexStringLower(read.SecretOf(i)), Is.EqualTo(secrets[i]));
            using BlsSecretKey key = read.GetSecretKey(i);
            Assert.That(key.GetPublicKey(), Is.EqualTo(read.Validators[i].PublicKey));
        }

        Assert.That(
            Encoding.UTF8.GetString(read.SlashingProtection.Span), Is.EqualTo(vector.GetProperty("slashing_protection").GetString()));
        Assert.That(read.DepositData.IsEmpty, Is.True);

        // Deflated bytes are not the same with every zlib: up to there ours must be.
        int same = vector.GetProperty("history_at").GetInt32();
        using SecretBuffer written = CompactDocumentCodec.Write(read);
        Assert.That(written.Span[..same].SequenceEqual(bytes.AsSpan(0, same)), Is.True);
        using BackupDocument again = CompactDocumentCodec.Read(written.Span);
        AssertSame(again, read);
    }

    [Test]
    public void Write_PathsOfEveryKind_AreReadAgain()
    {
        string?[] paths =
        [
            "m/12381/3600/0/0/0", "m/12381/3600/4294967295/0/0", "m/12381/3600/0/0/0", "m/12381/3600/5/0/0", "m/12381/3600/6/0/0", null,
            "m/12381/3600/7/0", "m/12381/3600/7/0/0", "m/12381/3600/8/0/1", "m/12381/60/0/0",
        ];
        using BackupDocument document = WithPaths(paths);
        using SecretBuffer compact = CompactDocumentCodec.Write(document);
        using BackupDocument read = CompactDocumentCodec.Read(compact.Span);
        Assert.That(read.Validators.Select(validator => validator.Path?.ToString() ?? validator.WrittenPath), Is.EquivalentTo(paths));
        using SecretBuffer again = CompactDocumentCodec.Write(read);
        Assert.That(again.Span.SequenceEqual(compact.Span), Is.True, "in the order of the indices, and then as they were given");
    }

    [Test]
    public void Read_CutOffOrContinued_IsBadInputAndLeavesNothingBehind()
    {
        int live = SecretBuffer.LiveCount;
        byte[] whole = Compact(3);
        for (int length = 4; length < whole.Length; length++)
        {
            AssertRefused(whole[..length]);
        }

        AssertRefused([.. whole, 0]);
        Assert.That(SecretBuffer.LiveCount, Is.EqualTo(live));
    }

    [TestCase(4, 0xff, "the time")]
    [TestCase(13, 0x00, "0 validators")]
    [TestCase(12, 0xff, "validators")]
    [TestCase(14, 0x09, "none of the forms")]
    public void Read_Malformed_NamesTheByte(int at, int value, string words)
    {
        byte[] bytes = Compact(1);
        bytes[at] = (byte)value;
        FaultException fault = AssertRefused(bytes);
        Assert.That(fault.Message, Does.Contain(words).And.Contain("byte "));
        Assert.That(fault.Remedy, Is.Not.Empty);
    }

    [Test]
    public void Read_NoSecretKeyOrTheSameTwice_IsBadInput()
    {
        byte[] none = Compact(2);
        none.AsSpan(15, 32).Clear();
        Assert.That(AssertRefused(none).Message, Does.Contain("validator 0"));
        byte[] twice = Compact(2);
        twice.AsSpan(15, 32).CopyTo(twice.AsSpan(48, 32));
        Assert.That(AssertRefused(twice).Message, Does.Contain("twice"));
    }

    [Test]
    public void Read_HugeLengthOfALittleDeflatedPart_AllocatesNothingOfIt()
    {
        byte[] bytes = Compact(1);
        bytes[^9] = 1;
        bytes[^5] = 0x70;
        long before = GC.GetAllocatedBytesForCurrentThread();
        AssertRefused(bytes);
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(200_000));
    }

    /// <summary>Every changed byte, and any bytes behind the magic: a document or BadInput.</summary>
    [FsCheck.NUnit.Property(MaxTest = 2000)]
    public void Read_AnyChange_IsADocumentOrBadInput(int at, byte value, byte[] random, bool whole)
    {
        byte[] bytes = whole ? [.. "HWC1"u8, .. random] : Compact(2, withOthers: true);
        if (!whole)
        {
            bytes[(int)((uint)at % (bytes.Length - 4)) + 4] ^= value;
        }

        try
        {
            BackupDocumentCodec.Read(bytes).Dispose();
        }
        catch (FaultException fault)
        {
            Assert.That(fault.Fault, Is.EqualTo(Fault.BadInput));
        }
    }

    internal static BackupDocument InOrder(int count) => WithPaths([.. Enumerable.Range(0, count).Select(i => $"m/12381/3600/{i}/0/0")]);

    private static BackupDocument WithPaths(string?[] paths)
    {
        SecretBuffer secrets = SecretBuffer.Allocate(paths.Length * BlsSecretKey.Size);
        BackupValidator[] validators = new BackupValidator[paths.Length];
        for (int i = 0; i < paths.Length; i++)
        {
            using BlsSecretKey key = TestKeys.Key(i + 1);
            key.Bytes.CopyTo(secrets.Span[(i * BlsSecretKey.Size)..]);
            bool known = ValidatorKeyPath.TryParse(paths[i], out ValidatorKeyPath? path);
            validators[i] = new BackupValidator(key.GetPublicKey(), path) { WrittenPath = known ? null : paths[i] };
        }

        return new BackupDocument(DateTimeOffset.UnixEpoch, validators, secrets);
    }

    private static byte[] Compact(int count, bool withOthers = false)
    {
        using BackupDocument document = withOthers ? TestKeys.Document(count, withOthers) : InOrder(count);
        using SecretBuffer compact = CompactDocumentCodec.Write(document);
        return compact.Span.ToArray();
    }

    private static FaultException AssertRefused(byte[] bytes)
    {
        FaultException fault = Assert.Throws<FaultException>(() => BackupDocumentCodec.Read(bytes).Dispose())!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.BadInput));
        return fault;
    }

    private static void AssertSame(BackupDocument read, BackupDocument document)
    {
        Assert.That(read.Created, Is.EqualTo(document.Created));
        Assert.That(read.Validators, Is.EquivalentTo(document.Validators));
        for (int i = 0; i < document.Validators.Count; i++)
        {
            int at = document.Validators.ToList().IndexOf(read.Validators[i]);
            Assert.That(read.SecretOf(i).SequenceEqual(document.SecretOf(at)), Is.True);
        }

        Assert.That(read.SlashingProtection.ToArray(), Is.EqualTo(document.SlashingProtection.ToArray()), "verbatim");
        Assert.That(read.DepositData.ToArray(), Is.EqualTo(document.DepositData.ToArray()), "verbatim");
    }
}
