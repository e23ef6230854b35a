using System.Buffers;
using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json;
using HwBridge.Core.Eip2335;
using HwBridge.Core.Secrets;

namespace HwBridge.Backups.Keymanager;

/// <summary>The body of one import: keystores, their passwords, and what their keys have signed.</summary>
/// <remarks>
/// The passwords come last, out of guarded memory and in a write of their own that is larger than the buffer of
/// <see cref="SocketsHttpHandler"/>, which then hands it to the socket, or to TLS, without a copy. The spaces that it takes for
/// that are JSON's own. The system's socket buffers are its own, as are OpenSSL's, which encrypts in place.
/// </remarks>
internal sealed class KeystoreBatch : HttpContent
{
    // Four times the initial write buffer of an HTTP/1.1 connection.
    private const int DirectWrite = 16 << 10;

    private readonly ReadOnlyMemory<byte> _public;
    private readonly SecretBuffer _passwords;

    /// <summary>Puts a body together.</summary>
    /// <param name="keystores">Encrypted under the same password.</param>
    /// <param name="password">ASCII without a character that JSON escapes; stays the caller's.</param>
    /// <param name="history">EIP-3076 JSON; null where none is sent.</param>
    internal KeystoreBatch(IReadOnlyList<Keystore> keystores, SecretBuffer password, byte[]? history)
    {
        Count = keystores.Count;
        _public = WritePublic(keystores, history);
        _passwords = WritePasswords(keystores.Count, password);
        Headers.ContentType = new("application/json") { CharSet = "utf-8" };
    }

    /// <summary>How many keystores it has.</summary>
    internal int Count { get; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(_public, cancellationToken).ConfigureAwait(false);

        // Empties the connection's buffer, into which the passwords' first bytes would be copied.
        await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        await stream.WriteAsync(_passwords.Memory, cancellationToken).ConfigureAwait(false);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _public.Length + _passwords.Length;
        return true;
    }

    protected override void Dispose(bool disposing)
    {
        _passwords.Dispose();
        base.Dispose(disposing);
    }

    private static ReadOnlyMemory<byte> WritePublic(IReadOnlyList<Keystore> keystores, byte[]? history)
    {
        ArrayBufferWriter<byte> output = new();
        using (Utf8JsonWriter json = new(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (history is not null)
            {
                json.WriteString("slashing_protection"u8, history);
            }

            json.WriteStartArray("keystores"u8);
            ArrayBufferWriter<byte> keystore = new();
            foreach (Keystore one in keystores)
            {
                keystore.ResetWrittenCount();
                one.WriteTo(keystore);
                json.WriteStringValue(keystore.WrittenSpan);
            }

            json.WriteEndArray();
            json.WriteStartArray("passwords"u8);
            json.Flush();

            // The rest follows from guarded memory.
            return output.WrittenMemory;
        }
    }

    private static SecretBuffer WritePasswords(int count, SecretBuffer password)
    {
        using SecretWriter output = new(DirectWrite + (count * (password.Length + 3)));
        for (int i = 0; i < count; i++)
        {
            output.Write(i == 0 ? "\""u8 : ",\""u8);
            output.Write(password.Span);
            output.Write("\""u8);
        }

        output.Write("]}"u8);
        output.GetSpan(DirectWrite)[..DirectWrite].Fill((byte)' ');
        output.Advance(DirectWrite);
        return output.ToSecretBuffer();
    }
}
