using System.Buffers;
using Google.Protobuf;
using HwBridge.Core.Bip32;
using HwBridge.Core.Signing;
using HwBridge.Protocols.Trezor.Messages;

namespace HwBridge.Protocols.Trezor;

/// <summary>The Ethereum account at a path. Silent on an unlocked device unless it is to be shown.</summary>
/// <param name="Path">Such as m/44'/60'/0'/0/0.</param>
/// <param name="Show">Have the address shown and approved on the screen.</param>
public readonly record struct GetEthereumAddressCommand(Bip32Path Path, bool Show) : ITrezorCommand<ExecutionAddress>
{
    /// <inheritdoc/>
    public MessageType Request => MessageType.EthereumGetAddress;

    /// <inheritdoc/>
    public MessageType Answer => MessageType.EthereumAddress;

    /// <inheritdoc/>
    public void Encode(IBufferWriter<byte> payload)
    {
        EthereumGetAddress message = new();
        message.AddressN.AddRange(Path.Indices.ToArray());
        if (Show)
        {
            message.ShowDisplay = true;
        }

        message.WriteTo(payload);
    }

    /// <inheritdoc/>
    public ExecutionAddress Decode(ReadOnlySpan<byte> payload) => ReadAddress(TrezorMessage.Decode(EthereumAddress.Parser, payload).Address);

    internal static ExecutionAddress ReadAddress(string text) => ExecutionAddress.TryParse(text, out ExecutionAddress address)
        ? address
        : throw TrezorFault.Protocol("an address that is none, or has a wrong checksum");
}
