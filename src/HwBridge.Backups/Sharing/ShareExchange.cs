using HwBridge.Core.Cryptography;
using HwBridge.Core.Faults;
using HwBridge.Core.KeyStores;
using HwBridge.Core.Secrets;
using HwBridge.Protocols.Age;

namespace HwBridge.Backups.Sharing;

/// <summary>
/// The coordinator's side of opening a backup on several machines: a one-time key that lives in this object's memory only, so that whatever
/// was encrypted to it is lost with it.
/// </summary>
/// <param name="inbox">Where the participants' files arrive.</param>
public sealed class ShareExchange(IShareInbox inbox) : IDisposable
{
    /// <summary>The largest share file, in bytes.</summary>
    public const int MaxFileSize = 16 * 1024;

    private readonly SecretBuffer _secret = SecretBuffer.Random(X25519.Size);

    /// <summary>The one-time key's public half, to which participants encrypt.</summary>
    public X25519PublicKey Recipient => X25519.GetPublicKey(_secret.Span);

    internal IShareInbox Inbox => inbox;

    /// <summary>Wipes the one-time key.</summary>
    public void Dispose() => _secret.Dispose();

    /// <summary>Encrypts a share to a one-time key.</summary>
    /// <returns>An armored age file, which can be pasted.</returns>
    internal static byte[] Seal(PassedShare share, X25519PublicKey recipient)
    {
        using SecretBuffer document = PassedShareCodec.Write(share);
        using SecretBuffer fileKey = SecretBuffer.Random(AgeFile.FileKeySize);
        AgeStanza stanza = X25519Stanza.Wrap(fileKey, recipient);
        return AgeArmor.Encode(AgeFile.Encrypt(
            fileKey, [stanza, TagStanza.Create([recipient], [stanza])], document.Span, withDigest: true));
    }

    /// <summary>Opens a participant's file; the caller disposes the share.</summary>
    /// <exception cref="FaultException">
    /// <see cref="Fault.CannotDecrypt"/>: encrypted to another key, or damaged; <see cref="Fault.BadInput"/>: no share file.
    /// </exception>
    internal PassedShare Open(ShareFile sent)
    {
        if (sent.Bytes.Length > MaxFileSize)
        {
            throw new FaultException(
                Fault.BadInput, $"this is no share file: it has more than {MaxFileSize} bytes", "Give the file that hwbridge backup share wrote.");
        }

        AgeFile file = AgeFile.Parse(sent.Bytes);
        if (DigestStanza.Fits(file) == false)
        {
            throw new FaultException(
                Fault.CannotDecrypt, "this share was damaged on its way: its bytes are not those of the digest in its header", "Have it sent once more.");
        }

        X25519PublicKey recipient = Recipient;
        foreach (X25519Stanza stanza in TagStanza.FindCandidates(file.Header, recipient, out _))
        {
            using SecretBuffer shared = SecretBuffer.Allocate(X25519.Size);
            using SecretBuffer? fileKey =
                X25519.TryAgree(_secret.Span, stanza.EphemeralShare, shared.Span) ? stanza.TryUnwrap(recipient, shared) : null;
            if (fileKey is not null)
            {
                using SecretBuffer document = file.Decrypt(fileKey);
                return PassedShareCodec.Read(document.Span);
            }
        }

        throw new FaultException(
            Fault.CannotDecrypt,
            "this share is encrypted to another key than this combine's, which no longer exists once its program has ended",
            $"Have it made again: hwbridge backup share … --for {AgeRecipient.Format(recipient)}");
    }
}
