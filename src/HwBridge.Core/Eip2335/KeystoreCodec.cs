using System.Buffers;
using System.Numerics;
using System.Text.Encodings.Web;
using System.Text.Json;
using HwBridge.Core.Bls;
using HwBridge.Core.Json;

namespace HwBridge.Core.Eip2335;

/// <summary>The JSON of a <see cref="Keystore"/> (EIP-2335 § JSON schema).</summary>
/// <remarks>
/// Required: version 4, uuid, and crypto with kdf, checksum and cipher; for each of these function, params (not for the checksum) and
/// message (not for the kdf). Optional, since known programs leave them out: description, path, pubkey. Other members are passed over.
/// Bounds: 1 MiB, depth 16, salt 1 to 128 bytes, dklen 32 to 1024, the costs of <see cref="ScryptKdf"/> and <see cref="Pbkdf2Kdf"/>.
/// </remarks>
internal static class KeystoreCodec
{
    private const string Scrypt = "scrypt";
    private const string Pbkdf2 = "pbkdf2";
    private const string Sha256 = "sha256";
    private const string Aes128Ctr = "aes-128-ctr";
    private const int MaxSalt = 128;
    private const int MaxDerivedKey = 1024;
    private const int MaxText = 4096;

    internal static Keystore Read(ReadOnlySpan<byte> json, string source)
    {
        JsonCursor cursor = new(json, source, Keystore.MaxFileSize, Keystore.Remedy);
        Crypto? crypto = null;
        long? version = null;
        Guid? uuid = null;
        BlsPublicKey? publicKey = null;
        string path = string.Empty;
        string description = string.Empty;

        cursor.BeginObject();
        while (cursor.NextMember(out string name))
        {
            switch (name)
            {
                case "crypto":
                    crypto = ReadCrypto(ref cursor);
                    break;
                case "version":
                    version = ReadVersion(ref cursor);
                    break;
                case "uuid":
                    uuid = Guid.TryParseExact(cursor.GetString(MaxText), "D", out Guid id)
                        ? id
                        : throw cursor.Fault("must be a UUID, 8-4-4-4-12 hex digits");
                    break;
                case "pubkey":
                    publicKey = cursor.GetString(MaxText).Length == 0 ? null : cursor.GetPublicKey();
                    break;
                case "path":
                    path = ReadPath(ref cursor);
                    break;
                case "description":
                    description = cursor.Token == JsonTokenType.Null ? string.Empty : cursor.GetString(MaxText);
                    break;
                default:
                    cursor.Skip();
                    break;
            }
        }

        Crypto parts = crypto ?? throw cursor.Missing("crypto");
        _ = version ?? throw cursor.Missing("version");
        Guid identifier = uuid ?? throw cursor.Missing("uuid");
        cursor.End();
        return new Keystore(source, parts.Kdf, parts.Salt, parts.Iv, parts.CipherText, parts.Checksum)
        {
            PublicKey = publicKey,
            Path = path,
            Description = description,
            Uuid = identifier,
        };
    }

    internal static void Write(Keystore keystore, IBufferWriter<byte> output)
    {
        using Utf8JsonWriter json = new(output, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.Default });
        json.WriteStartObject();
        json.WriteStartObject("crypto");
        WriteKdf(json, keystore);
        WriteModule(json, "checksum", Sha256, null, keystore.Checksum);
        WriteModule(json, "cipher", Aes128Ctr, keystore.Iv, keystore.CipherText);
        json.WriteEndObject();
        json.WriteString("description", keystore.Description);
        if (keystore.PublicKey is { } key)
        {
            json.WriteString("pubkey", key.ToString().AsSpan(2));
        }

        json.WriteString("path", keystore.Path);
        json.WriteString("uuid", keystore.Uuid.ToString("D"));
        json.WriteNumber("version", 4);
        json.WriteEndObject();
        json.Flush();
    }

    private static void WriteKdf(Utf8JsonWriter json, Keystore keystore)
    {
        json.WriteStartObject("kdf");
        json.WriteString("function", keystore.Kdf is ScryptKdf ? Scrypt : Pbkdf2);
        json.WriteStartObject("params");

        // A longer dklen that was read has the same first 32 bytes, so 32 opens it as well.
        json.WriteNumber("dklen", KeystoreKdf.KeySize);
        if (keystore.Kdf is ScryptKdf scrypt)
        {
            json.WriteNumber("n", scrypt.N);
            json.WriteNumber("r", scrypt.R);
            json.WriteNumber("p", scrypt.P);
        }
        else if (keystore.Kdf is Pbkdf2Kdf pbkdf2)
        {
            json.WriteNumber("c", pbkdf2.C);
            json.WriteString("prf", "hmac-sha256");
        }

        json.WriteString("salt", Convert.ToHexStringLower(keystore.Salt));
        json.WriteEndObject();
        json.WriteString("message", string.Empty);
        json.WriteEndObject();
    }

    private static void WriteModule(Utf8JsonWriter json, string name, string function, byte[]? iv, byte[] message)
    {
        json.WriteStartObject(name);
        json.WriteString("function", function);
        json.WriteStartObject("params");
        if (iv is not null)
        {
            json.WriteString("iv", Convert.ToHexStringLower(iv));
        }

        json.WriteEndObject();
        json.WriteString("message", Convert.ToHexStringLower(message));
        json.WriteEndObject();
    }

    private static long ReadVersion(ref JsonCursor cursor)
    {
        long version = cursor.GetInteger(long.MinValue, long.MaxValue);
        return version switch
        {
            4 => version,
            1 or 3 => throw cursor.Fault($"is {version}: an account's wallet file, not a validator's keystore (version 4)"),
            _ => throw cursor.Fault($"must be 4, is {version}"),
        };
    }

    private static string ReadPath(ref JsonCursor cursor)
    {
        string path = cursor.GetString(Keystore.MaxPathLength);
        return path.Length == 0 || Keystore.IsPath(path)
            ? path
            : throw cursor.Fault("must be empty or an EIP-2334 path such as m/12381/3600/0/0/0");
    }

    private static Crypto ReadCrypto(ref JsonCursor cursor)
    {
        (KeystoreKdf Kdf, byte[] Salt)? kdf = null;
        byte[]? checksum = null;
        (byte[] Iv, byte[] CipherText)? cipher = null;
        cursor.BeginObject();
        while (cursor.NextMember(out string name))
        {
            switch (name)
            {
                case "kdf":
                    kdf = ReadKdf(ref cursor);
                    break;
                case "checksum":
                    checksum = ReadChecksum(ref cursor);
                    break;
                case "cipher":
                    cipher = ReadCipher(ref cursor);
                    break;
                default:
                    cursor.Skip();
                    break;
            }
        }

        (KeystoreKdf function, byte[] salt) = kdf ?? throw cursor.Missing("kdf");
        byte[] sum = checksum ?? throw cursor.Missing("checksum");
        (byte[] iv, byte[] cipherText) = cipher ?? throw cursor.Missing("cipher");
        return new Crypto(function, salt, iv, cipherText, sum);
    }

    private static (KeystoreKdf Kdf, byte[] Salt) ReadKdf(ref JsonCursor cursor)
    {
        string? function = null;
        KdfParameters? parameters = null;
        cursor.BeginObject();
        while (cursor.NextMember(out string name))
        {
            switch (name)
            {
                case "function":
                    function = cursor.GetOneOf(Scrypt, Pbkdf2);
                    break;
                case "params":
                    parameters = ReadKdfParameters(ref cursor);
                    break;
                case "message":
                    cursor.GetString(MaxText);
                    break;
                default:
                    cursor.Skip();
                    break;
            }
        }

        string known = function ?? throw cursor.Missing("function");
        KdfParameters given = parameters ?? throw cursor.Missing("params");
        byte[] salt = given.Salt!;
        if (known == Pbkdf2)
        {
            _ = given.Prf ?? throw cursor.Missing("params.prf");
            return (new Pbkdf2Kdf((int)(given.C ?? throw cursor.Missing("params.c"))), salt);
        }

        long n = given.N ?? throw cursor.Missing("params.n");
        long r = given.R ?? throw cursor.Missing("params.r");
        long p = given.P ?? throw cursor.Missing("params.p");
        return ScryptKdf.Refusal(n, r, p) is { } cause
            ? throw cursor.Fault($"asks too much: {cause}")
            : (new ScryptKdf((int)n, (int)r, (int)p), salt);
    }

    private static KdfParameters ReadKdfParameters(ref JsonCursor cursor)
    {
        KdfParameters parameters = default;
        cursor.BeginObject();
        while (cursor.NextMember(out string name))
        {
            switch (name)
            {
                case "dklen":
                    parameters.DerivedKey = cursor.GetInteger(KeystoreKdf.KeySize, MaxDerivedKey);
                    break;
                case "n":
                    parameters.N = cursor.GetInteger(2, ScryptKdf.MaxN);
                    _ = BitOperations.IsPow2(parameters.N.Value) ? true : throw cursor.Fault($"must be a power of two, is {parameters.N}");
                    break;
                case "r":
                    parameters.R = cursor.GetInteger(1, ScryptKdf.MaxFactor);
                    break;
                case "p":
                    parameters.P = cursor.GetInteger(1, ScryptKdf.MaxFactor);
                    break;
                case "c":
                    parameters.C = cursor.GetInteger(1, Pbkdf2Kdf.MaxC);
                    break;
                case "prf":
                    parameters.Prf = cursor.GetOneOf("hmac-sha256");
                    break;
                case "salt":
                    parameters.Salt = cursor.GetHex(1, MaxSalt);
                    break;
                default:
                    cursor.Skip();
                    break;
            }
        }

        _ = parameters.DerivedKey ?? throw cursor.Missing("dklen");
        _ = parameters.Salt ?? throw cursor.Missing("salt");
        return parameters;
    }

    private static byte[] ReadChecksum(ref JsonCursor cursor)
    {
        string? function = null;
        byte[]? message = null;
        cursor.BeginObject();
        while (cursor.NextMember(out string name))
        {
            switch (name)
            {
                case "function":
                    function = cursor.GetOneOf(Sha256);
                    break;
                case "message":
                    message = cursor.GetHex(Keystore.ChecksumSize, Keystore.ChecksumSize);
                    break;
                case "params":
                    _ = cursor.Token == JsonTokenType.StartObject ? true : throw cursor.Fault("must be an object");
                    cursor.Skip();
                    break;
                default:
                    cursor.Skip();
                    break;
            }
        }

        _ = function ?? throw cursor.Missing("function");
        return message ?? throw cursor.Missing("message");
    }

    private static (byte[] Iv, byte[] CipherText) ReadCipher(ref JsonCursor cursor)
    {
        string? function = null;
        byte[]? iv = null;
        byte[]? message = null;
        cursor.BeginObject();
        while (cursor.NextMember(out string name))
        {
            switch (name)
            {
                case "function":
                    function = cursor.GetOneOf(Aes128Ctr);
                    break;
                case "params":
                    iv = ReadIv(ref cursor);
                    break;
                case "message":
                    message = cursor.GetHex(BlsSecretKey.Size, BlsSecretKey.Size);
                    break;
                default:
                    cursor.Skip();
                    break;
            }
        }

        _ = function ?? throw cursor.Missing("function");
        return (iv ?? throw cursor.Missing("params"), message ?? throw cursor.Missing("message"));
    }

    private static byte[] ReadIv(ref JsonCursor cursor)
    {
        byte[]? iv = null;
        cursor.BeginObject();
        while (cursor.NextMember(out string name))
        {
            if (name == "iv")
            {
                iv = cursor.GetHex(Keystore.IvSize, Keystore.IvSize);
            }
            else
            {
                cursor.Skip();
            }
        }

        return iv ?? throw cursor.Missing("iv");
    }

    private struct KdfParameters
    {
        internal long? DerivedKey;
        internal long? N;
        internal long? R;
        internal long? P;
        internal long? C;
        internal string? Prf;
        internal byte[]? Salt;
    }

    private sealed record Crypto(KeystoreKdf Kdf, byte[] Salt, byte[] Iv, byte[] CipherText, byte[] Checksum);
}
