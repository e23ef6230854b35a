using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using HwBridge.Core.Bip32;
using HwBridge.Protocols.Trezor.Messages;

namespace HwBridge.Protocols.Trezor;

/// <summary>An identity of SLIP-0013 (signing) and SLIP-0017 (key agreement), which names a key by a URI.</summary>
/// <param name="Proto">The scheme; at most 8 characters on a Model One.</param>
/// <param name="User">The user, or null.</param>
/// <param name="Host">The host; at most 63 characters on a Model One.</param>
/// <param name="Port">The port, or null.</param>
/// <param name="Path">The path with its slash, or null.</param>
/// <param name="Index">Distinguishes keys of one URI; null is sent as absent and counts as 0.</param>
public sealed record SlipIdentity(
    string? Proto, string? User = null, string? Host = null, string? Port = null, string? Path = null, uint? Index = null)
{
    /// <summary>The curve's name on the wire.</summary>
    public const string Curve25519 = "curve25519";

    /// <summary>Where SLIP-0013 keeps the signing key: m/13'/a'/b'/c'/d'.</summary>
    public IReadOnlyList<uint> SigningPath => PathUnder(13);

    /// <summary>Where SLIP-0017 keeps the key for key agreement: m/17'/a'/b'/c'/d'.</summary>
    public IReadOnlyList<uint> AgreementPath => PathUnder(17);

    /// <summary>proto://user@host:port/path, without the absent parts.</summary>
    public override string ToString() => string.Concat(
        string.IsNullOrEmpty(Proto) ? null : Proto + "://",
        string.IsNullOrEmpty(User) ? null : User + "@",
        Host,
        string.IsNullOrEmpty(Port) ? null : ":" + Port,
        Path);

    /// <summary>The message that names it.</summary>
    public IdentityType ToMessage()
    {
        IdentityType message = new();
        if (Proto is not null)
        {
            message.Proto = Proto;
        }

        if (User is not null)
        {
            message.User = User;
        }

        if (Host is not null)
        {
            message.Host = Host;
        }

        if (Port is not null)
        {
            message.Port = Port;
        }

        if (Path is not null)
        {
            message.Path = Path;
        }

        if (Index is { } index)
        {
            message.Index = index;
        }

        return message;
    }

    /// <summary>The identity that a message names.</summary>
    public static SlipIdentity FromMessage(IdentityType message) => new(
        message.HasProto ? message.Proto : null,
        message.HasUser ? message.User : null,
        message.HasHost ? message.Host : null,
        message.HasPort ? message.Port : null,
        message.HasPath ? message.Path : null,
        message.HasIndex ? message.Index : null);

    private uint[] PathUnder(uint purpose)
    {
        // SLIP-0013: the first 16 bytes of SHA-256(index ‖ URI), index and the four elements little-endian.
        byte[] uri = Encoding.UTF8.GetBytes(ToString());
        byte[] hashed = new byte[sizeof(uint) + uri.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(hashed, Index ?? 0);
        uri.CopyTo(hashed, sizeof(uint));
        byte[] hash = SHA256.HashData(hashed);

        uint[] path = new uint[5];
        path[0] = purpose | Bip32Path.Hardened;
        for (int i = 1; i < path.Length; i++)
        {
            path[i] = BinaryPrimitives.ReadUInt32LittleEndian(hash.AsSpan((i - 1) * sizeof(uint))) | Bip32Path.Hardened;
        }

        return path;
    }
}
