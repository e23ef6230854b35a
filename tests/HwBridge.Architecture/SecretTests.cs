using System.Text.RegularExpressions;

namespace HwBridge.Architecture;

/// <summary>A secret is a SecretBuffer or a span, never a string and never an array that the collector may copy.</summary>
public sealed partial class SecretTests
{
    private static readonly string[] Secrets =
        ["password", "passwords", "passphrase", "passphrases", "pin", "pins", "mnemonic", "mnemonics", "secret", "secrets"];

    /// <summary>A last word that says the value is about a secret, not one.</summary>
    private static readonly string[] About = ["file", "path", "prompt", "kind", "name", "option", "length", "label", "description"];

    /// <summary>The software devices play with published seeds and say so on every screen.</summary>
    private static readonly string[] Published = ["src/HwBridge.Emulators/"];

    [Test]
    public void Secrets_InEachSource_AreInGuardedMemory() => Assert.That(
        TrackedFile.Sources("src")
            .Where(file => !Published.Any(folder => file.Path.StartsWith(folder, StringComparison.Ordinal)))
            .SelectMany(Check),
        Is.Empty);

    [TestCase("void Open(string password)")]
    [TestCase("void Open(int a, byte[] passphrase, int b)")]
    [TestCase("private string? _devicePin;")]
    [TestCase("public byte[] SecretKey { get; }")]
    [TestCase("string mnemonic = Read();")]
    [TestCase("char[] newPassword = [];")]
    [TestCase("record Vault(String Password);")]
    [TestCase("string[] mnemonics = [];")]
    [TestCase("string Pin => _x;")]
    public void Check_SecretInManagedMemory_IsFound(string text) =>
        Assert.That(Check(new TrackedFile("src/HwBridge.Core/A.cs", text)), Has.One.Contains("A.cs:1"));

    [TestCase("void Open(ReadOnlySpan<byte> password)")]
    [TestCase("void Open(SecretBuffer password)")]
    [TestCase("void Open(string passwordFile)")]
    [TestCase("const string SecretPrefix = \"\";")]
    [TestCase("string pinion = Spin;")]
    [TestCase("/// A string password, never.")]
    [TestCase("static string Password(this Language language)")]
    public void Check_NoSecret_IsFine(string text) => Assert.That(Check(new TrackedFile("src/HwBridge.Core/A.cs", text)), Is.Empty);

    private static IEnumerable<string> Check(TrackedFile file)
    {
        string[] lines = file.Code.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            foreach (Match match in Declaration().Matches(lines[i]))
            {
                string[] words = [.. Word().Matches(match.Groups["name"].Value).Select(word => word.Value.ToUpperInvariant())];
                bool secret = Secrets.Any(word => words.Contains(word, StringComparer.OrdinalIgnoreCase));
                if (secret && !About.Contains(words[^1], StringComparer.OrdinalIgnoreCase))
                {
                    yield return $"{file.Path}:{i + 1}: {match.Value.Trim()} is a secret in managed memory";
                }
            }
        }
    }

    [GeneratedRegex(@"(?<!const\s)\b(?:string|String|byte\[\]|char\[\])(?:\[\])?\??\s+(?<name>\w+)\s*(?=[,)=;{]|$)")]
    private static partial Regex Declaration();

    [GeneratedRegex(@"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")]
    private static partial Regex Word();
}
