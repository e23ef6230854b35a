using HwBridge.Backups.Repair;
using HwBridge.Core.Faults;
using NUnit.Framework.Constraints;

namespace HwBridge.Backups.Tests.Repair;

public class RepairAppendixTests
{
    private static readonly byte[] File = Random(17_000, 1);
    private static readonly byte[] Appendix = RepairAppendix.Create(File, 30);

    [TestCase(2, 5)]
    [TestCase(10, 100)]
    [TestCase(200, 30)]
    [TestCase(17_000, 5)]
    [TestCase(17_000, 100)]
    [TestCase(1_000_003, 10)]
    public void Create_AnySize_TakesThePercentAndRepairs(int length, int percent)
    {
        byte[] file = Random(length, length);
        byte[] appendix = RepairAppendix.Create(file, percent);
        Assert.That(appendix.Length - (2 * 1108), Is.GreaterThanOrEqualTo(length * percent / 100).And.LessThanOrEqualTo((length * percent / 90) + 300));
        Assert.That(RepairAppendix.Repair(file, appendix), Is.EqualTo(file));
        byte[] damaged = [.. file];
        damaged[length / 2] ^= 0xFF;
        Assert.That(RepairAppendix.Repair(damaged, appendix), Is.EqualTo(file));
    }

    [Test]
    public void Repair_DamageUpToTheParity_AnywhereInOnePiece_IsRepaired()
    {
        // Less by a row at both ends than the parity: a piece begins and ends within rows.
        int most = (File.Length * 30 / 100) - (2 * (File.Length / 196));
        for (int start = 0; start < File.Length; start += 331)
        {
            byte[] damaged = [.. File];
            int end = Math.Min(File.Length, start + most);
            damaged.AsSpan(start..end).Fill(0xFF);
            Assert.That(RepairAppendix.Repair(damaged, Appendix), Is.EqualTo(File), $"{start} … {end}");
        }
    }

    [Test]
    public void Repair_ScatteredErrors_AreRepairedThoughEveryRowHasOne()
    {
        byte[] damaged = [.. File];
        for (int i = 0; i < 1000; i++)
        {
            damaged[i * 17] ^= (byte)(1 + (i % 255));
        }

        Assert.That(RepairAppendix.Repair(damaged, Appendix), Is.EqualTo(File));
    }

    [Test]
    public void Repair_CutOffOrLengthened_IsRepaired()
    {
        Assert.That(RepairAppendix.Repair(File.AsSpan(0, File.Length * 75 / 100), Appendix), Is.EqualTo(File));
        Assert.That(RepairAppendix.Repair([.. File, .. new byte[5000]], Appendix), Is.EqualTo(File));
    }

    [Test]
    public void Repair_AppendixDamagedToo_IsRepaired()
    {
        byte[] damaged = [.. File];
        damaged.AsSpan(3000, 1000).Clear();
        byte[] appendix = [.. Appendix];
        appendix.AsSpan(0, 2000).Clear();
        Assert.That(RepairAppendix.Repair(damaged, appendix), Is.EqualTo(File), "the head at the end, and parity that is damaged");
        Assert.That(RepairAppendix.Repair(damaged, Appendix.AsSpan(0, Appendix.Length - 1200)), Is.EqualTo(File), "cut off");
    }

    [Test]
    public void Repair_TooMuchDamage_IsMismatchAndNeverAnotherFile()
    {
        for (int seed = 0; seed < 20; seed++)
        {
            byte[] damaged = [.. File];
            Random(File.Length / 2, seed).CopyTo(damaged, seed * 400);
            Assert.That(() => RepairAppendix.Repair(damaged, Appendix), Refusal(Fault.Mismatch));
        }

        Assert.That(() => RepairAppendix.Repair(Random(17_000, 9), Appendix), Refusal(Fault.Mismatch), "another file's");
    }

    [Test]
    public void Repair_AppendixOfAnOlderFile_NeverBringsThatBack()
    {
        byte[] full = RepairAppendix.Create(File, 100);
        Assert.That(() => RepairAppendix.Repair(Random(File.Length, 7), full), Refusal(Fault.Mismatch), "though its parity alone is the whole file");
        Assert.That(() => RepairAppendix.Repair([], full), Refusal(Fault.Mismatch));
    }

    [Test]
    public void Repair_NoAppendix_IsBadInput()
    {
        foreach (byte[] appendix in (byte[][])[[], File, Appendix[..1107], [.. Appendix.Select(static one => (byte)(one ^ 1))]])
        {
            Assert.That(() => RepairAppendix.Repair(File, appendix), Refusal(Fault.BadInput));
        }
    }

    [FsCheck.NUnit.Property(MaxTest = 500)]
    public bool Repair_AppendixChangedAnywhere_GivesTheFileOrAFault(int place, byte[] change)
    {
        byte[] appendix = [.. Appendix];
        int start = (int)((uint)place % (uint)appendix.Length);
        change.AsSpan(0, Math.Min(change.Length, appendix.Length - start)).CopyTo(appendix.AsSpan(start));
        byte[] damaged = [.. File];
        damaged.AsSpan(start % (File.Length - 500), 500).Clear();
        try
        {
            return RepairAppendix.Repair(damaged, appendix).AsSpan().SequenceEqual(File);
        }
        catch (FaultException fault)
        {
            return fault.Fault is Fault.BadInput or Fault.Mismatch;
        }
    }

    private static EqualConstraint<Fault> Refusal(Fault fault) =>
        Throws.TypeOf<FaultException>().With.Property("Fault").EqualTo(fault);

    private static byte[] Random(int length, int seed)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
