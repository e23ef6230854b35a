namespace HwBridge.EndToEnd.Memory;

/// <summary>What secrets and moments are called in the table.</summary>
internal static class SecretNames
{
    internal const string Password = "keystore password";
    internal const string KeystoreKeys = "keystore decryption keys";
    internal const string Keys = "secret keys";
    internal const string DeviceRoot = "device-rooted seed";
    internal const string Shared = "X25519 shared secrets";
    internal const string Passphrase = "passphrase";
    internal const string Pin = "PIN";
    internal const string PinKeys = "keys typed for the PIN";

    internal const string SeedWords = "words of the seed";
    internal const string SeedPlaces = "keys typed for the words";

    internal const string WrapKey = "age wrap key";
    internal const string FileKey = "age file key";
    internal const string HeaderKey = "age header key";
    internal const string PayloadKey = "age payload key";
    internal const string Document = "decrypted document";

    internal const string PseudoRandomKeys = "HKDF's pseudo-random keys";
    internal const string WideScalars = "scalars before their reduction";
    internal const string LamportMaterial = "Lamport keys' material";
    internal const string LamportChunks = "Lamport keys' chunks";
    internal const string LamportCompressed = "compressed Lamport keys";

    internal const string Typing = "typing";
    internal const string Asked = "device asks";
    internal const string Scrypt = "scrypt";
    internal const string Pbkdf2 = "PBKDF2";
    internal const string Deriving = "deriving";
    internal const string Opening = "opening";
    internal const string Sending = "sending";
    internal const string Done = "done";

    internal static IReadOnlyList<string> Moments { get; } = [Typing, Asked, Scrypt, Pbkdf2, Deriving, Opening, Sending, Done];

    internal static IReadOnlyList<string> Age { get; } = [WrapKey, FileKey, HeaderKey, PayloadKey, Document];

    internal static IReadOnlyList<string> Eip2333 { get; } =
        [PseudoRandomKeys, WideScalars, LamportMaterial, LamportChunks, LamportCompressed];
}
