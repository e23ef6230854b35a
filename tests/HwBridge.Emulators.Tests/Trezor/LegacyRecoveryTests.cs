using HwBridge.Emulators.Screens;
using HwBridge.Emulators.Seeds;
using HwBridge.Emulators.Trezor;
using HwBridge.Protocols.Trezor.Messages;
using HwBridge.Shared.Trezor;

namespace HwBridge.Emulators.Tests.Trezor;

/// <summary>What the recordings leave open of a Model One's matrix: that each word of the list can be chosen, and how one goes back.</summary>
public sealed class LegacyRecoveryTests
{
    [Test]
    public void Take_KeysOfEachWord_GivesTheWord()
    {
        foreach (string[] words in Bip39Mnemonic.English.Chunk(24).Where(words => words.Length == 24).Append([.. Bip39Mnemonic.English.TakeLast(24)]))
        {
            LegacyRecovery recovery = new(24, isMatrix: true, enforcesList: true, new SystemRandomness());
            WordEntry entry = WordEntry.Next;
            for (int keys = 1; entry == WordEntry.Next; keys++)
            {
                Assert.That(recovery.Request, Is.EqualTo(keys % 4 == 0 ? WordRequestType.Matrix6 : WordRequestType.Matrix9));
                WordMatrix matrix = Show(recovery);
                entry = recovery.Take($"{matrix.KeyOf(words[matrix.Word - 1])}");
            }

            Assert.That(entry, Is.EqualTo(WordEntry.Complete));
            Assert.That(recovery.Sentence, Is.EqualTo(string.Join(' ', words)));
        }
    }

    [Test]
    public void GroupOf_AllChoices_CutTheListIntoGroupsOfUpToSixWords()
    {
        int next = 0;
        for (int group = 0; group < 9 * 9 * 9; group++)
        {
            Range range = LegacyRecovery.GroupOf([group / 81, group / 9 % 9, group % 9]);
            Assert.That(range.Start.Value, Is.EqualTo(next));
            Assert.That(range.End.Value - next, Is.InRange(1, 6));
            next = range.End.Value;
        }

        Assert.That(next, Is.EqualTo(2048));
    }

    [TestCase("1\b", 1, WordRequestType.Matrix9)]
    [TestCase("111\b", 1, WordRequestType.Matrix9)]
    [TestCase("1111", 2, WordRequestType.Matrix9)]
    [TestCase("1111\b", 1, WordRequestType.Matrix9)]
    [TestCase("1111111\b1", 2, WordRequestType.Matrix6)]
    [TestCase("\b\b", 1, WordRequestType.Matrix9)]
    [TestCase("111x0\0", 1, WordRequestType.Matrix6, Description = "no key of the pad: asked again")]
    public void Take_BackspaceOrNoKey_AsksAsTheFirmware(string keys, int word, WordRequestType request)
    {
        LegacyRecovery recovery = new(12, isMatrix: true, enforcesList: true, new SystemRandomness());
        foreach (char key in keys)
        {
            Show(recovery);
            WordEntry entry = recovery.Take($"{key}");
            Assert.That(entry, Is.EqualTo(key is '1' or '\b' ? WordEntry.Next : WordEntry.Again));
        }

        Assert.That(Show(recovery).Word, Is.EqualTo(word));
        Assert.That(recovery.Request, Is.EqualTo(request));
    }

    private static WordMatrix Show(LegacyRecovery recovery)
    {
        (string title, ScreenField[] fields) = recovery.Ask();
        return WordMatrix.Last([.. new ScreenReview("Trezor Model One", title, fields).Lines])!;
    }
}
