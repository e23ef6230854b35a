using System.Globalization;
using Google.Protobuf;
using HwBridge.Emulators.Seeds;
using HwBridge.Protocols.Trezor;
using HwBridge.Protocols.Trezor.Messages;

namespace HwBridge.Emulators.Trezor;

/// <summary>What GetPublicKey and EthereumGetPublicKey tell of a key: node, xpub, output descriptor.</summary>
internal static class PublicKeyAnswer
{
    private const uint Xpub = 0x0488b21e;
    private const uint Ypub = 0x049d7cb2;
    private const uint Zpub = 0x04b24746;

    // InputScriptType of the wire.
    private const uint SpendAddress = 0;
    private const uint SpendWitness = 3;
    private const uint SpendP2ShWitness = 4;
    private const uint SpendTaproot = 5;

    internal static HDNodeType Node(Slip10Node node) => new()
    {
        Depth = (uint)node.Depth,
        Fingerprint = node.ParentFingerprint,
        ChildNum = node.ChildNumber,
        ChainCode = ByteString.CopyFrom(node.ChainCode),
        PublicKey = ByteString.CopyFrom(node.PublicKey),
    };

    internal static string ToXpub(Slip10Node node) => Base58Check.Encode(ExtendedKeys.Public(node, Xpub));

    /// <summary>The answer to GetPublicKey.</summary>
    internal static PublicKey Of(Slip10Node master, Slip10Node node, GetPublicKey request)
    {
        uint version = request.IgnoreXpubMagic ? Xpub : request.ScriptType switch
        {
            SpendP2ShWitness => Ypub,
            SpendWitness => Zpub,
            _ => Xpub,
        };
        PublicKey answer = new()
        {
            Node = Node(node),
            Xpub = Base58Check.Encode(ExtendedKeys.Public(node, version)),
            RootFingerprint = master.Fingerprint,
        };
        if (Descriptor(master.Fingerprint, node, request) is { } descriptor)
        {
            answer.Descriptor_ = descriptor;
        }

        return answer;
    }

    /// <summary>BIP-380 with both branches of BIP-389 and a checksum; null for a kind of script that has none.</summary>
    private static string? Descriptor(uint rootFingerprint, Slip10Node node, GetPublicKey request)
    {
        string path = string.Concat(request.AddressN.Select(element => element >= Slip10Node.Hardened
            ? $"/{element - Slip10Node.Hardened}h"
            : $"/{element}"));
        string key = string.Create(CultureInfo.InvariantCulture, $"[{rootFingerprint:x8}{path}]{ToXpub(node)}/<0;1>/*");
        string? text = request.ScriptType switch
        {
            SpendAddress => $"pkh({key})",
            SpendWitness => $"wpkh({key})",
            SpendP2ShWitness => $"sh(wpkh({key}))",
            SpendTaproot => $"tr({key})",
            _ => null,
        };
        return text is null ? null : $"{text}#{DescriptorChecksum.Of(text)}";
    }
}
