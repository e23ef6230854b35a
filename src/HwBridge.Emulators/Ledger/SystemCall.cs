using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using HwBridge.Core.Bls;
using HwBridge.Core.Deposits;
using HwBridge.Core.Signing;
using HwBridge.Emulators.Screens;

namespace HwBridge.Emulators.Ledger;

/// <summary>The calls of stakers that the app shows in words: deposits, withdrawal and consolidation requests. It looks at no chain.</summary>
/// <param name="Title">What it does.</param>
/// <param name="Fields">Between the sender and the fees.</param>
internal sealed record SystemCall(string Title, IReadOnlyList<ScreenField> Fields)
{
    // On every chain.
    private const string Ticker = "ETH";

    private const uint MaxWithdrawalIndex = 65536;
    private const int WithdrawalRequestSize = BlsPublicKey.Size + sizeof(ulong);
    private const int ConsolidationRequestSize = 2 * BlsPublicKey.Size;
    private const int DepositSize = 4 + (13 * 32);
    private const int DepositKeyOffset = 4 + (5 * 32);
    private const int DepositCredentialsOffset = 4 + (8 * 32);

    private static readonly byte[] DepositSelector = [0x22, 0x89, 0x51, 0x18];
    private static readonly ExecutionAddress DepositContract = Parse("0x00000000219ab540356cbb839cbe05303d7705fa");
    private static readonly ExecutionAddress WithdrawalContract = Parse("0x00000961ef480eb55e80d19ad83579a64c007002");
    private static readonly ExecutionAddress ConsolidationContract = Parse("0x0000bbddc7ce488642fb579f8b00f3a590007251");

    /// <summary>True where the app looks further than the recipient and the selector.</summary>
    internal static bool IsKnown(ExecutionAddress? to, ReadOnlySpan<byte> data) =>
        to == WithdrawalContract || to == ConsolidationContract || (to == DepositContract && data.StartsWith(DepositSelector));

    /// <summary>The call; null where the app refuses it.</summary>
    /// <param name="to">A recipient that <see cref="IsKnown"/>.</param>
    /// <param name="data">All of the call.</param>
    /// <param name="value">In wei.</param>
    /// <param name="keys">Whose withdrawal key must be that of a deposit.</param>
    /// <param name="withdrawalIndex">Of that key.</param>
    internal static SystemCall? TryRead(
        ExecutionAddress? to, ReadOnlySpan<byte> data, BigInteger value, LedgerKeys keys, uint withdrawalIndex)
    {
        if (to == DepositContract)
        {
            return data.Length == DepositSize && IsOwn(data.Slice(DepositCredentialsOffset, 32), keys, withdrawalIndex)
                ? new SystemCall("deposit ETH2", [new("Amount", EtherText.Of(value, Ticker)), new("Validator", ShownAddress(data))])
                : null;
        }

        if (to == WithdrawalContract)
        {
            return data.Length != WithdrawalRequestSize ? null
                : BinaryPrimitives.ReadUInt64BigEndian(data[BlsPublicKey.Size..]) is var gwei && gwei == 0
                    ? new SystemCall("do full exit", [Key("Validator", data)])
                    : new SystemCall("do partial withdrawal", [Key("Validator", data), new("Amount", EtherText.Of(gwei * (BigInteger)1_000_000_000, Ticker))]);
        }

        return data.Length != ConsolidationRequestSize ? null
            : data[..BlsPublicKey.Size].SequenceEqual(data[BlsPublicKey.Size..])
                ? new SystemCall("compound stake", [Key("Validator", data)])
                : new SystemCall("consolidate stake", [Key("From validator", data), Key("To validator", data[BlsPublicKey.Size..])]);
    }

    private static ScreenField Key(string label, ReadOnlySpan<byte> data) => new(label, $"0x{Convert.ToHexString(data[..BlsPublicKey.Size])}");

    /// <summary>The app shows the first 20 bytes of the key as if they were an address.</summary>
    private static string ShownAddress(ReadOnlySpan<byte> data) =>
        new ExecutionAddress(data.Slice(DepositKeyOffset, ExecutionAddress.Size)).ToChecksumString();

    private static bool IsOwn(ReadOnlySpan<byte> credentials, LedgerKeys keys, uint index)
    {
        byte[] expected = SHA256.HashData(keys.Eth2PublicKey([12381, 3600, index, 0]));
        expected[0] = (byte)WithdrawalKind.BlsKey;
        return index <= MaxWithdrawalIndex && credentials.SequenceEqual(expected);
    }

    private static ExecutionAddress Parse(string text) =>
        ExecutionAddress.TryParse(text, out ExecutionAddress address) ? address : throw new InvalidOperationException(text);
}
