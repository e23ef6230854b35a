using System.IO.Compression;
using FsCheck;
using FsCheck.Fluent;
using HwBridge.Backups.Drills;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Age;

namespace HwBridge.Backups.Tests.Drills;

internal sealed class DrillRecordTests
{
    private static readonly DateOnly Day = new(2026, 2, 3);

    [Test]
    public void Subject_OfTheSpecificationsExamples_HasTheirFingerprints()
    {
        byte[] salt = Filled(32, 3);
        using DrillSubject wallet = DrillSubject.OfWallet(new X25519PublicKey(Filled(32, 1)));
        Assert.That(wallet.IdIn(salt).ToString(), Is.EqualTo("5fc5bc075811833061b756f5453af73f"));

        // A header with that MAC, which no file key made: the fingerprint asks for the MAC's bytes alone.
        string text = $"age-encryption.org/v1\n-> X25519 {Base64(4)}\n{Base64(5)}\n--- {Base64(2)}\n";
        using SecretBuffer fileKey = SecretBuffer.CopyOf(Filled(16, 1));
        using DrillSubject backup = DrillSubject.OfBackup(fileKey, AgeHeader.Parse(System.Text.Encoding.ASCII.GetBytes(text)));
        Assert.That(backup.IdIn(salt).ToString(), Is.EqualTo("736a552209ef4ba62c4c41e774ec5e2d"));
        using DrillSubject copy = backup.Copy();
        Assert.That(copy.IdIn(salt), Is.EqualTo(backup.IdIn(salt)));
    }

    [Test]
    public void Subject_OfTheSameKeysForOthers_OrInAnotherRecord_IsAnother()
    {
        byte[] salt = Filled(32, 3);
        using DrillSubject one = Subjects.Numbered(1);
        using DrillSubject two = Subjects.Numbered(2);
        Assert.That(one.IdIn(salt), Is.Not.EqualTo(two.IdIn(salt)));
        Assert.That(one.IdIn(salt), Is.Not.EqualTo(one.IdIn(Filled(32, 4))));
    }

    [FsCheck.NUnit.Property]
    public Property Codec_AnyRecord_GivesItBackInAsManyBytes()
    {
        Gen<DrillEntry> entry =
            from id in Gen.Choose(0, int.MaxValue)
            from high in Gen.Choose(0, int.MaxValue)
            from days in Gen.Choose(0, 40_000)
            from back in Gen.Choose(-1, 500)
            from matched in Gen.Elements(true, false)
            let day = new DateOnly(1970, 1, 2).AddDays(days)
            select new DrillEntry(
                new DrillId(((UInt128)(uint)high << 96) + (uint)id), back < 0 || back > days ? null : day.AddDays(-back), day, matched);
        return Prop.ForAll(
            entry.ListOf().Select(list => list.DistinctBy(one => one.Id).Take(DrillRecord.MaxEntries).ToArray()).ToArbitrary(),
            entries =>
            {
                DrillRecord record = new(Filled(32, 7), Day, entries);
                byte[] bytes = DrillRecordCodec.Write(record);
                DrillRecord again = DrillRecordCodec.Read(bytes, "record");
                return bytes.Length == DrillRecordCodec.Size && again.Written == Day && again.Salt.SequenceEqual(record.Salt) && again.Entries.SequenceEqual(record.Entries);
            });
    }

    [Test]
    public void Codec_AnyByteChanged_OrAnyLength_IsDamagedAndSaysSo()
    {
        byte[] bytes = DrillRecordCodec.Write(Record(3));
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] ^= 0x20;
            AssertDamaged(bytes);
            bytes[i] ^= 0x20;
        }

        for (int length = 0; length < bytes.Length; length += 61)
        {
            AssertDamaged(bytes[..length]);
        }

        AssertDamaged([.. bytes, 0]);
        Assert.That(DrillRecordCodec.Read(bytes, "record").Entries, Has.Count.EqualTo(3));
        TestContext.Out.WriteLine($"{bytes.Length} changed bytes and {(bytes.Length / 61) + 2} other lengths, each found");
    }

    [Test]
    public void Codec_ChecksumRightAndContentsSenseless_IsDamaged()
    {
        foreach ((int offset, byte value) in ((int, byte)[])[(12, 1), (13, 126), (64 + 24, 3), (64 + 20, 0x80), (8, 0x80)])
        {
            byte[] bytes = DrillRecordCodec.Write(Record(2));
            bytes[offset] = value;
            System.Security.Cryptography.SHA256.HashData(bytes.AsSpan(..4064), bytes.AsSpan(4064));
            AssertDamaged(bytes);
        }

        byte[] twice = DrillRecordCodec.Write(Record(2));
        twice.AsSpan(64, 32).CopyTo(twice.AsSpan(96));
        System.Security.Cryptography.SHA256.HashData(twice.AsSpan(..4064), twice.AsSpan(4064));
        AssertDamaged(twice);
    }

    [Test]
    public void Records_OfDifferentFacts_LookTheSameFromOutside()
    {
        List<int> compressed = [];
        foreach (int count in (int[])[0, 1, 3, 60, DrillRecord.MaxEntries])
        {
            byte[] bytes = DrillRecordCodec.Write(Record(count));
            Assert.That(bytes, Has.Length.EqualTo(DrillRecordCodec.Size));
            using MemoryStream into = new();
            using (ZLibStream zip = new(into, CompressionLevel.SmallestSize, leaveOpen: true))
            {
                zip.Write(bytes);
            }

            compressed.Add((int)into.Length);
        }

        // Up to a few entries, which is what people have; days that are alike compress.
        Assert.That(compressed[..3].Max() - compressed[..3].Min(), Is.LessThan(64), string.Join(' ', compressed));
    }

    [Test]
    public void With_AFullRecord_IsRefusedForOneMoreButTakesAnOldOne()
    {
        DrillRecord record = Record(DrillRecord.MaxEntries);
        FaultException fault = Assert.Throws<FaultException>(() => record.With(new DrillId(UInt128.MaxValue), matched: true, Day))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.Io));
        Assert.That(fault.Remedy, Does.Contain("forget"));
        Assert.That(record.With(record.Entries[5].Id, matched: false, Day).Entries, Has.Count.EqualTo(DrillRecord.MaxEntries));
    }

    [Test]
    public void With_AFailure_KeepsTheDayOfTheLastMatch()
    {
        DrillId id = new(9);
        DrillRecord record = DrillRecord.New(Day).With(id, matched: true, Day).With(id, matched: false, Day.AddDays(3));
        Assert.That(record.Entries, Is.EqualTo([new DrillEntry(id, Day, Day.AddDays(3), Matched: false)]));
        Assert.That(record.With(id, matched: true, Day.AddDays(4)).Entries, Is.EqualTo([new DrillEntry(id, Day.AddDays(4), Day.AddDays(4), Matched: true)]));
    }

    [TestCase("", "nothing")]
    [TestCase("000", "nothing")]
    [TestCase("0000", "more than one")]
    [TestCase("ffff", "nothing")]
    public void Without_NotExactlyOne_IsUsage(string prefix, string words)
    {
        DrillRecord record = DrillRecord.New(Day).With(new DrillId(1), matched: true, Day).With(new DrillId(2), matched: true, Day);
        FaultException fault = Assert.Throws<FaultException>(() => record.Without(prefix, Day, out _))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.Usage));
        Assert.That(fault.Message, Does.StartWith(words));
        Assert.That(record.Without(new DrillId(2).ToString(), Day, out DrillEntry forgotten).Entries.Single().Id, Is.EqualTo(new DrillId(1)));
        Assert.That(forgotten.Id, Is.EqualTo(new DrillId(2)));
    }

    private static DrillRecord Record(int count)
    {
        DrillRecord record = DrillRecord.New(Day);
        for (int number = 0; number < count; number++)
        {
            using DrillSubject subject = Subjects.Numbered(number);
            record = record.With(subject.IdIn(record.Salt), matched: true, Day);
        }

        return record;
    }

    private static void AssertDamaged(byte[] bytes)
    {
        FaultException fault = Assert.Throws<FaultException>(() => DrillRecordCodec.Read(bytes, "record"))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.BadInput));
        Assert.That(fault.Message, Does.Contain("record of drills is damaged"));
    }

    private static byte[] Filled(int length, byte value)
    {
        byte[] bytes = new byte[length];
        Array.Fill(bytes, value);
        return bytes;
    }

    private static string Base64(byte value) => Convert.ToBase64String(Filled(32, value)).TrimEnd('=');
}
