using System.Globalization;
using System.Text;
using HwBridge.Core.Ssz;

namespace HwBridge.Core.Execution;

/// <summary>A text that an account signs, in a form that is no transaction (EIP-191, version 0x45).</summary>
public static class PersonalMessage
{
    /// <summary>What is signed for <paramref name="message"/>.</summary>
    public static Bytes32 SigningHash(ReadOnlyMemory<byte> message) => Keccak256.Hash(
        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\u0019Ethereum Signed Message:\n{message.Length}")),
        message);
}
