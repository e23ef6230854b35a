using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using HwBridge.Backups;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Age;

namespace HwBridge.Interop.Age;

/// <summary>The test vectors of the age specification (CCTV): what must open opens, everything else is refused as it should be.</summary>
public class AgeVectorTests
{
    private const string Unsupported = "unsupported";
    private const string HeaderFailure = "header failure";

    [Test]
    public async Task Decrypt_EachVector_EndsAsItSays()
    {
        IReadOnlyList<string> lines = await NodePeer.RunAsync("Age/cctv.mjs", [], TimeSpan.FromMinutes(1));
        Dictionary<string, int> ends = [];
        Assert.Multiple(() =>
        {
            foreach (string line in lines)
            {
                string[] parts = line.Split(' ');
                (ILookup<string, string> fields, byte[] file) = Split(Convert.FromBase64String(parts[1]));
                string end = End(fields, file);
                ends[end] = ends.GetValueOrDefault(end) + 1;
                Assert.That(Accepted(fields), Does.Contain(end), parts[0]);
            }
        });

        // Of the package's pinned version: so many files are for X25519 keys and whole.
        Assert.That(ends.GetValueOrDefault("success"), Is.EqualTo(19));
        Assert.That(lines, Has.Count.GreaterThanOrEqualTo(120));
        await TestContext.Out.WriteLineAsync(string.Join(", ", ends.Select(end => $"{end.Key}: {end.Value}")));
    }

    /// <summary>The vectors of passphrases, which here open shares: those that succeed open, the others do not.</summary>
    [Test]
    public async Task TryUnwrap_EachVectorOfAPassphrase_OpensWhereItShould()
    {
        int opened = 0;
        int refused = 0;
        foreach (string line in await NodePeer.RunAsync("Age/cctv.mjs", [], TimeSpan.FromMinutes(1)))
        {
            (ILookup<string, string> fields, byte[] file) = Split(Convert.FromBase64String(line.Split(' ')[1]));
            if (fields["passphrase"].Any())
            {
                bool opens = Opens(file, fields["passphrase"]);
                Assert.That(opens, Is.EqualTo(fields["expect"].Single() == "success"), line.Split(' ')[0]);
                _ = opens ? opened++ : refused++;
            }
        }

        Assert.That(opened, Is.GreaterThan(0));
        await TestContext.Out.WriteLineAsync($"{opened} opened, {refused} refused");
    }

    private static bool Opens(byte[] bytes, IEnumerable<string> passphrases)
    {
        try
        {
            AgeFile file = AgeFile.Parse(bytes);
            foreach (string passphrase in passphrases)
            {
                using SecretBuffer secret = SecretBuffer.CopyOf(Encoding.UTF8.GetBytes(passphrase));
                using SecretBuffer? fileKey =
                    ScryptStanza.TryParse(file.Header.Stanzas[0], out ScryptStanza? stanza) ? stanza.TryUnwrap(secret) : null;
                if (fileKey is not null)
                {
                    file.Decrypt(fileKey).Dispose();
                    return true;
                }
            }

            return false;
        }
        catch (FaultException)
        {
            return false;
        }
    }

    /// <summary>The ends that a vector may have: the one it names, or the one that is the same to this program.</summary>
    private static string[] Accepted(ILookup<string, string> fields)
    {
        string expected = fields["expect"].Single();
        if (fields["passphrase"].Any() || (fields["identity"].Any() && !fields["identity"].Any(IsX25519)))
        {
            // Passphrases and post-quantum keys are not spoken here: such a file is refused, whatever else it tests.
            return [HeaderFailure, Unsupported, "no match", "armor failure"];
        }

        return expected switch
        {
            // What does not begin as armor does is no armor, and no age file either.
            "armor failure" => [expected, HeaderFailure],

            // A nonce that is cut off is found with the payload.
            HeaderFailure => [expected, "payload failure"],
            "no match" => [expected, Unsupported],
            _ => [expected],
        };
    }

    private static bool IsX25519(string identity) => identity.StartsWith("AGE-SECRET-KEY-1", StringComparison.Ordinal);

    private static string End(ILookup<string, string> fields, byte[] bytes)
    {
        AgeHeader header;
        try
        {
            header = AgeHeader.Parse(AgeArmor.IsArmored(bytes) ? AgeArmor.Decode(bytes) : bytes);
        }
        catch (FaultException fault)
        {
            Assert.That(fault.Fault, Is.EqualTo(Fault.BadInput));
            return fault.Message.Contains("armor", StringComparison.Ordinal) ? "armor failure" : HeaderFailure;
        }

        SecretBuffer? fileKey = null;
        try
        {
            foreach (string identity in fields["identity"].Where(IsX25519))
            {
                Assert.That(Bech32.Decode(identity, out _, out byte[] secret), Is.Null);
                using SoftwareDevice device = new(SecretBuffer.CopyOf(secret));
                fileKey ??= Unwrap(header, device);
            }

            if (fileKey is null)
            {
                return header.Stanzas.Any(stanza => stanza.Type == X25519Stanza.Type) ? "no match" : Unsupported;
            }

            if (!header.IsAuthentic(fileKey))
            {
                return "HMAC failure";
            }

            using SecretBuffer plaintext = AgeFile.Parse(bytes).Decrypt(fileKey);
            Assert.That(Convert.ToHexStringLower(SHA256.HashData(plaintext.Span)), Is.EqualTo(fields["payload"].Single()));
            return "success";
        }
        catch (FaultException fault) when (fault.Message.Contains("low order", StringComparison.Ordinal))
        {
            return HeaderFailure;
        }
        catch (FaultException)
        {
            return "payload failure";
        }
        finally
        {
            fileKey?.Dispose();
        }
    }

    private static SecretBuffer? Unwrap(AgeHeader header, SoftwareDevice device)
    {
        try
        {
            return BackupOpener.UnwrapAsync(header, [device], device, CancellationToken.None).GetAwaiter().GetResult();
        }
        catch (FaultException fault) when (fault.Fault == Fault.CannotDecrypt)
        {
            return null;
        }
    }

    /// <summary>Lines "key: value", an empty line, and the file.</summary>
    private static (ILookup<string, string> Fields, byte[] File) Split(byte[] vector)
    {
        int end = vector.AsSpan().IndexOf("\n\n"u8);
        ILookup<string, string> fields = Encoding.UTF8.GetString(vector, 0, end).Split('\n')
            .Select(line => line.Split(": ", 2))
            .ToLookup(pair => pair[0], pair => pair[1]);
        byte[] file = vector[(end + 2)..];
        if (fields["compressed"].SingleOrDefault() != "zlib")
        {
            return (fields, file);
        }

        using ZLibStream inflated = new(new MemoryStream(file), CompressionMode.Decompress);
        using MemoryStream whole = new();
        inflated.CopyTo(whole);
        return (fields, whole.ToArray());
    }
}
