using System.Text;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Age;

namespace HwBridge.Protocols.Tests.Age;

public class AgeHeaderTests
{
    private const string Version = "age-encryption.org/v1\n";
    private const string X25519 = "-> X25519 TEiF0ypqr+bpvcqXNyCVJpL7OuwPdVwPL7KQEbFDOCc\nhjabGXwSLQ9c3S6Lw2i+S2Tu2fiwQHHslbBN6B41FE4\n";
    private const string Scrypt = "-> scrypt AAAAAAAAAAAAAAAAAAAAAA 10\n\n";
    private const string Mac = "--- zOCHpynV0aV7p4R6c+bOapgpq9TtpFgGgYghQ2+PIX8\n";
    private static readonly string Line64 = new('A', 64);

    private static IEnumerable<TestCaseData> Malformed()
    {
        yield return Case("empty file", "", "not an age file|ends within");
        yield return Case("other file", "{\"crypto\":1}\n", "not an age file");
        yield return Case("version 2", "age-encryption.org/v2\n" + X25519 + Mac, "version other than v1");
        yield return Case("version line with space", "age-encryption.org/v1 \n" + X25519 + Mac, "version other");
        yield return Case("version line with CR", "age-encryption.org/v1\r\n" + X25519 + Mac, "version other");
        yield return Case("version line without end", "age-encryption.org/v1", "ends within");
        yield return Case("no stanza", Version + Mac, "no recipient");
        yield return Case("nothing after version", Version, "ends within");
        yield return Case("stanza without space", Version + "->X25519 AA\n\n" + Mac, "must begin");
        yield return Case("stanza with other start", Version + "+> X25519 AA\n\n" + Mac, "must begin");
        yield return Case("empty line", Version + "\n" + X25519 + Mac, "must begin");
        yield return Case("leading space", Version + " " + X25519 + Mac, "must begin");
        yield return Case("no argument", Version + "-> \n\n" + Mac, "empty argument");
        yield return Case("arrow alone", Version + "->\n\n" + Mac, "must begin");
        yield return Case("two spaces", Version + "-> a  b\n\n" + Mac, "empty argument");
        yield return Case("trailing space", Version + "-> a \n\n" + Mac, "empty argument");
        yield return Case("control character", Version + "-> a\u0001\n\n" + Mac, "printable ASCII");
        yield return Case("tab", Version + "-> a\tb\n\n" + Mac, "printable ASCII");
        yield return Case("not ASCII", Version + "-> a é\n\n" + Mac, "printable ASCII");
        yield return Case("CR in arguments", Version + "-> a\r\n\n" + Mac, "printable ASCII");
        yield return Case("padding", Version + "-> a\nAA==\n" + Mac, "canonical base64");
        yield return Case("foreign character", Version + "-> a\nAA*A\n" + Mac, "canonical base64");
        yield return Case("URL alphabet", Version + "-> a\nAA-_\n" + Mac, "canonical base64");
        yield return Case("space in body", Version + "-> a\nAA A\n" + Mac, "canonical base64");
        yield return Case("CR in body", Version + "-> a\nAAAA\r\n" + Mac, "canonical base64");
        yield return Case("one digit too many", Version + "-> a\nAAAAA\n" + Mac, "canonical base64");
        yield return Case("bits left over", Version + "-> a\nAB\n" + Mac, "canonical base64");
        yield return Case("bits left over of three", Version + "-> a\nAAB\n" + Mac, "canonical base64");
        yield return Case("long line", Version + $"-> a\n{Line64}A\n\n" + Mac, "longer than 64");
        yield return Case("no last line", Version + $"-> a\n{Line64}\n" + Mac, "canonical base64");
        yield return Case("no body line", Version + "-> a\n" + Mac, "canonical base64");
        yield return Case("two short lines", Version + "-> a\nAAAA\nAAAA\n" + Mac, "must begin");
        yield return Case("MAC missing", Version + X25519 + "---\n", "MAC");
        yield return Case("MAC without space", Version + X25519 + Mac.Replace("--- ", "---", StringComparison.Ordinal), "MAC");
        yield return Case("MAC with two spaces", Version + X25519 + Mac.Replace("--- ", "---  ", StringComparison.Ordinal), "MAC");
        yield return Case("MAC with trailing space", Version + X25519 + Mac[..^1] + " \n", "MAC");
        yield return Case("MAC with CR", Version + X25519 + Mac[..^1] + "\r\n", "MAC");
        yield return Case("MAC too short", Version + X25519 + Mac[..^3] + "\n", "MAC");
        yield return Case("MAC too long", Version + X25519 + Mac[..^1] + "AA\n", "MAC");
        yield return Case("MAC not canonical", Version + X25519 + Mac[..^2] + "9\n", "MAC");
        yield return Case("MAC without line end", Version + X25519 + Mac[..^1], "ends within");
        yield return Case(
            "X25519 without share", Version + Changed(" TEiF0ypqr+bpvcqXNyCVJpL7OuwPdVwPL7KQEbFDOCc", "") + Mac, "0 arguments");
        yield return Case("X25519 with two arguments", Version + Changed("OCc\n", "OCc 1\n") + Mac, "2 arguments");
        yield return Case("X25519 with short share", Version + Changed("OCc\n", "\n") + Mac, "not 32 bytes");
        yield return Case("X25519 with long share", Version + Changed("OCc\n", "OCcA\n") + Mac, "not 32 bytes");
        yield return Case("X25519 share not canonical", Version + Changed("OCc\n", "OCd\n") + Mac, "not 32 bytes");
        yield return Case("X25519 with short body", Version + Changed("FE4\n", "\n") + Mac, "instead of 32");
        yield return Case("X25519 with long body", Version + Changed("FE4\n", "FE4A\n") + Mac, "instead of 32");
        yield return Case("X25519 body not canonical", Version + Changed("FE4\n", "FE5\n") + Mac, "canonical base64");
        yield return Case("scrypt beside X25519", Version + Scrypt + X25519 + Mac, "passphrase");
        yield return Case("two scrypt", Version + Scrypt + Scrypt + Mac, "passphrase");
        yield return Case("too many stanzas", Version + Repeat("-> a\n\n", AgeHeader.MaxStanzas + 1) + Mac, "more than");
        yield return Case("endless argument", Version + "-> " + new string('a', AgeHeader.MaxLength), "longer than");
        yield return Case("endless body", Version + "-> a\n" + Repeat(Line64 + "\n", AgeHeader.MaxLength / 64) + "\n" + Mac, "longer than");

        static TestCaseData Case(string name, string text, string cause) => new TestCaseData(text, cause).SetArgDisplayNames(name);
    }

    private static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));

    private static string Changed(string from, string to) => X25519.Replace(from, to, StringComparison.Ordinal);

    [TestCaseSource(nameof(Malformed))]
    public void Parse_Malformed_SaysWhatAndWhere(string text, string cause)
    {
        FaultException fault = Assert.Throws<FaultException>(() => AgeHeader.Parse(Encoding.UTF8.GetBytes(text)))!;
        Assert.That(fault.Fault, Is.EqualTo(Fault.BadInput));
        Assert.That(fault.Message, Does.Match(cause));
    }

    [Test]
    public void Parse_StanzasOfAnyKind_GivesPartsAndLength()
    {
        string text = Version + X25519 + "-> example.com/grease a !\"#~ b\n" + Line64 + "\n\n-> empty\n\n" + Mac;
        AgeHeader header = AgeHeader.Parse(Encoding.ASCII.GetBytes(text + "payload"));
        Assert.That(header.Length, Is.EqualTo(text.Length));
        Assert.That(header.Stanzas.Select(stanza => stanza.Type), Is.EqualTo(new[] { "X25519", "example.com/grease", "empty" }));
        Assert.That(header.Stanzas[1].Arguments, Is.EqualTo(new[] { "a", "!\"#~", "b" }));
        Assert.That(header.Stanzas[1].Body.ToArray(), Is.EqualTo(new byte[48]));
        Assert.That(header.Stanzas[2].Body.Length, Is.Zero);
        byte[] written = new byte[header.Length];
        header.WriteTo(written);
        Assert.That(Encoding.ASCII.GetString(written), Is.EqualTo(text));
    }

    [FsCheck.NUnit.Property]
    public bool Parse_OfCreate_GivesTheSameStanzas(byte[][] bodies)
    {
        using SecretBuffer fileKey = SecretBuffer.Random(AgeFile.FileKeySize);
        AgeStanza[] stanzas = [new AgeStanza("first", [], default), .. bodies.Select((body, i) => new AgeStanza($"t{i}", [$"{i}"], body))];
        AgeHeader created = AgeHeader.Create(stanzas, fileKey);
        byte[] text = new byte[created.Length];
        created.WriteTo(text);
        AgeHeader parsed = AgeHeader.Parse(text);
        return parsed.IsAuthentic(fileKey)
            && parsed.Stanzas.Zip(stanzas).All(pair =>
                pair.First.Type == pair.Second.Type
                && pair.First.Arguments.SequenceEqual(pair.Second.Arguments)
                && pair.First.Body.Span.SequenceEqual(pair.Second.Body.Span));
    }

    [Test]
    public void IsAuthentic_OtherFileKey_IsFalse()
    {
        using SecretBuffer fileKey = SecretBuffer.Random(AgeFile.FileKeySize);
        using SecretBuffer other = SecretBuffer.Random(AgeFile.FileKeySize);
        AgeHeader header = AgeHeader.Create([new AgeStanza("a", [], default)], fileKey);
        Assert.That(header.IsAuthentic(fileKey), Is.True);
        Assert.That(header.IsAuthentic(other), Is.False);
    }

    [TestCase("")]
    [TestCase("a b")]
    [TestCase("a\n")]
    [TestCase("é")]
    public void Stanza_ImpossibleArgument_IsRefused(string argument)
    {
        Assert.That(() => new AgeStanza(argument, [], default), Throws.ArgumentException);
        Assert.That(() => new AgeStanza("a", [argument], default), Throws.ArgumentException);
    }

    [FsCheck.NUnit.Property(MaxTest = 2000)]
    public bool Parse_AnyBytesAfterTheVersion_EndsInAHeaderOrAFault(byte[] rest)
    {
        try
        {
            return AgeHeader.Parse([.. Encoding.ASCII.GetBytes(Version), .. rest]).Stanzas.Count > 0;
        }
        catch (FaultException fault)
        {
            return fault.Fault == Fault.BadInput;
        }
    }

    [Test]
    public void Parse_MutatedHeaders_EndInAHeaderOrAFault()
    {
        byte[] valid = Encoding.ASCII.GetBytes(Version + X25519 + "-> hwbridge-tags\nAAAAAA\n" + Mac);
        Random random = new(1);
        byte[] interesting = "\n\r ->AZaz09+/=\0\u007f"u8.ToArray();
        for (int round = 0; round < 50_000; round++)
        {
            List<byte> mutated = [.. valid];
            for (int change = random.Next(1, 4); change > 0; change--)
            {
                int at = random.Next(mutated.Count);
                switch (random.Next(4))
                {
                    case 0: mutated[at] = interesting[random.Next(interesting.Length)]; break;
                    case 1: mutated.Insert(at, interesting[random.Next(interesting.Length)]); break;
                    case 2: mutated.RemoveAt(at); break;
                    default: mutated[at] ^= (byte)(1 << random.Next(8)); break;
                }
            }

            byte[] text = [.. mutated];
            try
            {
                AgeHeader header = AgeHeader.Parse(text);
                byte[] again = new byte[header.Length];
                header.WriteTo(again);

                // What is accepted has one spelling only: writing it gives the same bytes.
                Assert.That(again.AsSpan().SequenceEqual(text.AsSpan(0, header.Length)), Is.True);
            }
            catch (FaultException fault)
            {
                Assert.That(fault.Fault, Is.EqualTo(Fault.BadInput));
            }
        }
    }
}
