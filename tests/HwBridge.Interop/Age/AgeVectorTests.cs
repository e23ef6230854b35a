using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using HwBridge.Backups;
using HwBridge.Core.Faults;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Age;

namespace HwBridge.Interop.Age;

/// <summary>The test vectors of the age specification (CCTV), from their npm package: what must open opens, everything else is refused as it should be.</summary>
public class AgeVectorTests
{
    private const string Unsupported = "unsupported";

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
                string wanted = fields["expect"].Single();
                string end = End(fields, file);
                ends[end] = ends.GetValueOrDefault(end) + 1;
                Assert.That(end, Is.EqualTo(Wanted(wanted, fields, file)), parts[0]);
            }
        });

        Assert.That(ends.GetValueOrDefault("success"), Is.GreaterThanOrEqualTo(20));
        Assert.That(lines, Has.Count.GreaterThanOrEqualTo(120));
        await TestContext.Out.WriteLineAsync(string.Join(", ", ends.Select(end => $"{end.Key}: {end.Value}")));
    }

    /// <summary>Passphrases and post-quantum recipients are not spoken here: such a file must be refused, whatever else it tests.</summary>
    private static string Wanted(string expected, ILookup<string, string> fields, byte[] file)
    {
        bool other = fields["passphrase"].Any() || fields["identity"].All(identity => !identity.StartsWith("AGE-SECRET-KEY-1", StringComparison.Ordinal));
        bool opened = expected is "success" or "HMAC failure" or "payload failure" or "no match";
        return other && opened && Stanzas(file) ? Unsupported : expected;
    }

    private static bool Stanzas(byte[] file) => AgeFile.Parse(file).Header.Stanzas.All(stanza => stanza.Type != X25519Stanza.Type);

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
            return fault.Message.Contains("armor", StringComparison.Ordinal) ? "armor failure" : "header failure";
        }

        SecretBuffer? fileKey = null;
        try
        {
            foreach (string identity in fields["identity"].Where(text => text.StartsWith("AGE-SECRET-KEY-1", StringComparison.Ordinal)))
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
            return "header failure";
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
