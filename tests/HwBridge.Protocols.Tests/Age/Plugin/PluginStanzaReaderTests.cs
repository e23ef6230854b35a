using System.Text;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Age.Plugin;

namespace HwBridge.Protocols.Tests.Age.Plugin;

public class PluginStanzaReaderTests
{
    private static readonly string Line64 = new('A', 64);

    private static IEnumerable<string> Recorded() => PluginVectors.Recorded("fromAge").Concat(PluginVectors.Recorded("fromPlugin"));

    [TestCaseSource(nameof(Recorded))]
    public void Read_RecordedConversation_WritesTheSameBytes(string conversation)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(conversation);
        Assert.That(ReadAll(bytes, bytes.Length, out byte[] written), Is.GreaterThan(2));
        Assert.That(written, Is.EqualTo(bytes));
    }

    [Test]
    public void Read_RecordedConversationByteByByte_WritesTheSameBytes([Values(1, 2, 3, 63, 64, 65)] int piece)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(string.Concat(Recorded()));
        ReadAll(bytes, piece, out byte[] written);
        Assert.That(written, Is.EqualTo(bytes));
    }

    [FsCheck.NUnit.Property]
    public bool Read_WhatWasWritten_GivesItAgain(byte[][] bodies, FsCheck.PositiveInt piece)
    {
        using SecretWriter text = new();
        for (int i = 0; i < bodies.Length; i++)
        {
            PluginStanzaWriter.Write(text, $"type-{i}", [$"{bodies[i].Length}"], bodies[i]);
        }

        using PluginStanzaReader reader = new();
        int next = 0;
        bool same = true;
        foreach (byte[] chunk in text.WrittenSpan.ToArray().Chunk(piece.Get))
        {
            ReadOnlySpan<byte> rest = chunk;
            while (reader.Read(ref rest))
            {
                same &= reader.Type == $"type-{next}"
                    && reader.Arguments.SequenceEqual([$"{bodies[next].Length}"])
                    && reader.Body.SequenceEqual(bodies[next]);
                next++;
            }
        }

        return same && next == bodies.Length;
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(47)]
    [TestCase(48)]
    [TestCase(49)]
    [TestCase(96)]
    [TestCase(PluginStanzaReader.MaxBody)]
    public void Write_BodyOfAnyLength_EndsWithAShorterLine(int length)
    {
        using SecretWriter text = new();
        PluginStanzaWriter.Write(text, "a", [], new byte[length]);
        string[] lines = Encoding.ASCII.GetString(text.WrittenSpan).Split('\n');
        Assert.That(lines[^1], Is.Empty);
        Assert.That(lines[^2], Has.Length.LessThan(64));
        Assert.That(lines[1..^2], Has.All.Length.EqualTo(64));
        using PluginStanzaReader reader = new();
        ReadOnlySpan<byte> rest = text.WrittenSpan;
        Assert.That(reader.Read(ref rest), Is.True);
        Assert.That(reader.Body.Length, Is.EqualTo(length));
    }

    [TestCase("done\n\n", "begin")]
    [TestCase("->\n\n", "begin")]
    [TestCase("-> \n\n", "empty argument")]
    [TestCase("-> a  b\n\n", "empty argument")]
    [TestCase("-> a\t\n\n", "printable")]
    [TestCase("-> a\r\n\r\n", "printable")]
    [TestCase("\ufeff-> done\n\n", "begin")]
    [TestCase("-> a\nAA==\n", "canonical")]
    [TestCase("-> a\nAB\n", "canonical")]
    [TestCase("-> a\n-> b\n", "canonical")]
    [TestCase("-> a\n\r\n", "canonical")]
    public void Read_Malformed_SaysWhatAndInWhichStanza(string text, string cause)
    {
        using PluginStanzaReader reader = new();
        FaultException fault = Assert.Throws<FaultException>(() =>
        {
            ReadOnlySpan<byte> rest = Encoding.UTF8.GetBytes("-> first\n\n" + text);
            while (reader.Read(ref rest))
            {
            }
        })!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.BadInput));
        Assert.That(fault.Message, Does.Contain("stanza 2").And.Contain(cause));
    }

    [Test]
    public void Read_EndlessLineOrBody_EndsAtTheLimit()
    {
        Assert.That(Longest("-> " + new string('a', 1 << 20)), Does.Contain("a line is longer"));
        Assert.That(Longest("-> a\n" + string.Concat(Enumerable.Repeat(Line64 + "\n", 30_000))), Does.Contain("its body is longer"));

        static string Longest(string text)
        {
            using PluginStanzaReader reader = new();
            return Assert.Throws<FaultException>(() =>
            {
                ReadOnlySpan<byte> rest = Encoding.ASCII.GetBytes(text);
                reader.Read(ref rest);
            })!.Message;
        }
    }

    [Test]
    public void Forget_AfterASecret_LeavesNothing()
    {
        using PluginStanzaReader reader = new();
        ReadOnlySpan<byte> rest = "-> ok\nc2VjcmV0\n"u8;
        Assert.That(reader.Read(ref rest), Is.True);
        Assert.That(reader.Body.SequenceEqual("secret"u8), Is.True);
        reader.Forget();
        Assert.That(reader.Body.IsEmpty, Is.True);
    }

    [Test]
    public void Requests_OfMutatedConversations_EndInARequestOrAFault()
    {
        byte[][] originals = [.. PluginVectors.Recorded("fromAge").Select(Encoding.ASCII.GetBytes)];
        byte[] interesting = "\n\r ->AZaz09+/=\0\u007f"u8.ToArray();
        Random random = new(1);
        int requests = 0;
        for (int round = 0; round < 10_000; round++)
        {
            List<byte> mutated = [.. originals[round % originals.Length]];
            for (int change = random.Next(1, 4); change > 0; change--)
            {
                int at = random.Next(mutated.Count);
                switch (random.Next(5))
                {
                    case 0: mutated[at] = interesting[random.Next(interesting.Length)]; break;
                    case 1: mutated.Insert(at, interesting[random.Next(interesting.Length)]); break;
                    case 2: mutated.RemoveRange(at, Math.Min(random.Next(1, 40), mutated.Count - at - 1)); break;
                    case 3: mutated.InsertRange(at, [.. mutated.Skip(at).Take(random.Next(1, 200))]); break;
                    default: mutated[at] ^= (byte)(1 << random.Next(8)); break;
                }
            }

            requests += Collect([.. mutated]) ? 1 : 0;
        }

        Assert.That(requests, Is.GreaterThan(300));
    }

    [FsCheck.NUnit.Property(MaxTest = 1000)]
    public void Requests_OfAnyBytes_EndInARequestOrAFault(byte[] bytes) => Collect([.. "-> "u8, .. bytes]);

    /// <summary>Both requests of the same bytes; true when both came to their end.</summary>
    private static bool Collect(byte[] bytes)
    {
        int live = SecretBuffer.LiveCount;
        bool whole = TryCollect(bytes, new IdentityRequest().Take);
        using (RecipientRequest request = new())
        {
            whole &= TryCollect(bytes, request.Take);
        }

        Assert.That(SecretBuffer.LiveCount, Is.EqualTo(live));
        return whole;
    }

    private static bool TryCollect(byte[] bytes, Func<PluginStanzaReader, bool> take)
    {
        using PluginStanzaReader reader = new();
        try
        {
            ReadOnlySpan<byte> rest = bytes;
            while (reader.Read(ref rest))
            {
                if (take(reader))
                {
                    return true;
                }
            }
        }
        catch (FaultException fault)
        {
            Assert.That(fault.Fault, Is.EqualTo(Fault.BadInput));
        }

        return false;
    }

    private static int ReadAll(byte[] bytes, int piece, out byte[] written)
    {
        using PluginStanzaReader reader = new();
        using SecretWriter text = new();
        int stanzas = 0;
        foreach (byte[] chunk in bytes.Chunk(piece))
        {
            ReadOnlySpan<byte> rest = chunk;
            while (reader.Read(ref rest))
            {
                stanzas++;
                PluginStanzaWriter.Write(text, reader.Type, reader.Arguments, reader.Body);
            }
        }

        written = text.WrittenSpan.ToArray();
        return stanzas;
    }
}
