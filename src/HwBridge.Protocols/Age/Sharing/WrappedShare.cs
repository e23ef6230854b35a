using System.Security.Cryptography;
using HwBridge.Core.Secrets;

namespace HwBridge.Protocols.Age.Sharing;

/// <summary>One share as a file's header has it: wrapped for one holder, or shared on within a group.</summary>
public sealed class WrappedShare
{
    private readonly byte[] _salt;
    private readonly byte[] _check;

    internal WrappedShare(byte x, byte[] salt, byte[] check)
    {
        X = x;
        _salt = salt;
        _check = check;
    }

    /// <summary>Where the polynomial was evaluated; 0 for a copy of the whole key.</summary>
    public byte X { get; }

    /// <summary>Its number among the holders' shares of the file, from 1 in the header's order, as the age plugin for sharing counts; 0 for a group.</summary>
    public int Number { get; internal init; }

    /// <summary>What wraps it for the key of a device or an age identity; null otherwise.</summary>
    public X25519Stanza? ForKey { get; internal init; }

    /// <summary>What wraps it under a passphrase; null otherwise.</summary>
    public ScryptStanza? ForPassphrase { get; internal init; }

    /// <summary>The type of the first stanza that wraps it, such as <c>X25519</c>; empty for a group.</summary>
    public string Type { get; internal init; } = string.Empty;

    /// <summary>The tag of <see cref="ForKey"/>, 4 bytes; empty where the file has none.</summary>
    public ReadOnlyMemory<byte> Tag { get; internal init; }

    /// <summary>Those who share it on; null for one holder's share.</summary>
    public ShareGroup? Group { get; internal init; }

    /// <summary>Whether an unwrapped share is the one that was made for this place of this file; true where the file has no checks.</summary>
    /// <param name="share">16 bytes.</param>
    public bool Fits(SecretBuffer share)
    {
        ArgumentNullException.ThrowIfNull(share);
        if (_check.Length == 0)
        {
            return true;
        }

        Span<byte> check = stackalloc byte[ShareCheck.Size];
        ShareCheck.Compute(share, _salt, check);
        return CryptographicOperations.FixedTimeEquals(check, _check);
    }
}
