using FsCheck;
using HwBridge.Core.Eip2335;

namespace HwBridge.Core.Tests.Eip2335;

public sealed class KeystoreFuzzTests
{
    private static readonly byte[][] Originals = [DataFile.Read("Eip2335/scrypt.json"), DataFile.Read("Eip2335/pbkdf2.json")];

    [FsCheck.NUnit.Property(MaxTest = 10_000)]
    public Property Parse_MutatedKeystore_GivesAKeystoreOrAFault() =>
        ParserFuzz.Survives(Originals, static bytes => Keystore.Parse(bytes, "k.json"));
}
